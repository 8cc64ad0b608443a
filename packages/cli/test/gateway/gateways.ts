import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { memoryStore } from 'counterfoil/memory'
import {
  type HttpServiceUnderTest,
  type HttpTerms,
  playOnNode,
  type RunningHttpService,
  type Stage,
} from 'counterfoil/testing'
import type { GatewayFlags } from '../../src/gateway/flags.ts'
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts'
import { declaredGateways, type GatewayName } from './declared.ts'
import { listening, settingsFor } from './world.ts'

/** The gateway, and one behind another, as the suite for services takes them. */
export const gateways: readonly (readonly [GatewayName, HttpServiceUnderTest])[] = [
  ['gateway', { ...declaredGateways.gateway, start: startOne }],
  ['gateway behind a gateway', { ...declaredGateways['gateway behind a gateway'], start: startTwo }],
]

async function startOne(terms: HttpTerms, stage: Stage): Promise<RunningHttpService> {
  const upstream = await startUpstream(stage)
  const front = await startGateway(upstream.port, terms)
  return { port: front.port, close: () => closeAll(front, upstream) }
}

async function startTwo(terms: HttpTerms, stage: Stage): Promise<RunningHttpService> {
  const upstream = await startUpstream(stage)
  const behind = await startGateway(upstream.port, {
    ...terms,
    ttl: '1h',
    maxReceipts: 1000,
    mayReplay: 'anyone',
  })
  const front = await startGateway(behind.port, terms)
  return { port: front.port, behind: behind.port, close: () => closeAll(front, behind, upstream) }
}

interface Started {
  readonly port: number
  close(): Promise<void>
}

async function closeAll(...started: readonly Started[]): Promise<void> {
  for (const { close } of started) await close()
}

function startUpstream(stage: Stage): Promise<Started> {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { rawHeaders: raw, headers } = request
    const lines = raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ''] as const] : []))
    await playOnNode(await stage.enter(headers['x-script'] as string, await buffer(request), lines), response)
  }
  return started(
    createServer((request, response) => {
      handle(request, response).catch(() => {
        if (response.headersSent) response.destroy()
        else response.writeHead(500).end('broken')
      })
    }),
  )
}

async function startGateway(upstream: number, terms: HttpTerms): Promise<Started> {
  const judge = await startJudge()
  const gateway = createGateway(
    memoryStore({ maxReceipts: terms.maxReceipts }),
    settingsFor(upstream, flagsFor(terms, judge.port)),
  )
  return started(gateway.server, async () => {
    await gateway.close()
    await judge.close()
  })
}

function flagsFor(terms: HttpTerms, judge: number): Partial<GatewayFlags> {
  return {
    guarantee: terms.guarantee,
    ttl: terms.ttl,
    keyRetention: '1d',
    maxRequest: `${terms.maxRequestBytes}b`,
    captureLimit: `${terms.maxOutcomeBytes}b`,
    ...(terms.requireKey ? { requireKey: true } : {}),
    ...(terms.wait === 'reject' ? { reject: true } : {}),
    ...(terms.tenants === 'by_field' ? { tenantHeader: 'X-Tenant' } : {}),
    ...(terms.mayReplay === 'with_x_may' ? { authorize: `http://127.0.0.1:${judge}` } : {}),
  }
}

/** Says who may see an outcome. */
function startJudge(): Promise<Started> {
  return started(
    createServer(({ headers }, response) => {
      response.writeHead(headers['x-may'] === 'yes' ? 204 : 403).end()
    }),
  )
}

async function started(server: Server, close: Gateway['close'] = async () => {}): Promise<Started> {
  return {
    port: await listening(server),
    async close() {
      server.closeAllConnections()
      server.close()
      await close()
    },
  }
}
