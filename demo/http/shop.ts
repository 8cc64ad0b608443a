import type { Moment } from '../messages.ts'
import type { Stage } from '../stage.ts'
import type { WorkerProcess } from '../worker-process.ts'
import { ChargesApi } from './charges-api-process.ts'
import { GatewayProcess, type GatewayTerms } from './gateway-process.ts'

/** A charges API, a gateway in front of it, and a client: a process each. */
export interface Shop {
  readonly api: ChargesApi
  readonly gateway: GatewayProcess
  readonly client: WorkerProcess
  /** Another gateway on the same file, in front of the same API. */
  anotherGateway(): Promise<GatewayProcess>
}

/** @param holdAt where each charge of the API waits, until it is told to go on */
export async function openShop(
  stage: Stage,
  {
    guarantee = 'at-most-once',
    holdAt,
  }: { readonly guarantee?: GatewayTerms['guarantee']; readonly holdAt?: Moment } = {},
): Promise<Shop> {
  const { folder, storeUrl } = stage.place
  const starting = stage.start('client')
  const api = await stage.adopt(ChargesApi.start(folder, holdAt ?? 'nowhere'))
  const anotherGateway = (): Promise<GatewayProcess> =>
    stage.adopt(GatewayProcess.start({ upstream: api.url, storeUrl, guarantee }))
  const [gateway, client] = await Promise.all([anotherGateway(), starting])
  return { api, gateway, client, anotherGateway }
}
