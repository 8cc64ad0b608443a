/**
 * `restate-process.ts INSTALLED_IN FILES`: one Restate node, as it comes, and a service behind its ingress. The service's
 * handler does nothing that would have to be journaled beside its request and its outcome.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { chargeCard } from '../../payload.ts'
import { listensOn } from '../apps/listening.ts'
import { freePort } from '../free-port.ts'

interface RestateSdk {
  service(of: { name: string; handlers: Record<string, () => Promise<unknown>> }): object
  serve(of: { services: object[]; port: number; logger(): void }): Promise<unknown>
}

const PATIENCE_MS = 30_000
const [installedIn = '', files = ''] = process.argv.slice(2)
const [ingress, admin, fabric, service] = await Promise.all([freePort(), freePort(), freePort(), freePort()])

const server = spawn(
  join(installedIn, 'node_modules/.bin/restate-server'),
  ['--base-dir', files, '--node-name', 'bench'],
  {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: {
      ...process.env,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${fabric}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${fabric}`,
      RESTATE_DISABLE_TELEMETRY: 'true',
    },
  },
)
server.once('exit', (code) => process.exit(code ?? 1))
process.once('SIGTERM', () => server.kill('SIGTERM'))

const sdk = createRequire(join(installedIn, 'package.json')).resolve('@restatedev/restate-sdk')
const restate = (await import(pathToFileURL(sdk).href)) as RestateSdk
const charges = restate.service({ name: 'charges', handlers: { create: () => chargeCard() } })
await restate.serve({ services: [charges], port: service, logger: () => undefined })
await untilAnswers(`http://127.0.0.1:${admin}/deployments`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ uri: `http://127.0.0.1:${service}` }),
})
await untilAnswers(`http://127.0.0.1:${ingress}/restate/health`, {})
listensOn(ingress)

async function untilAnswers(url: string, request: RequestInit): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; ; ) {
    const answer = await fetch(url, request).catch((error: Error) => error)
    if ('ok' in answer && answer.ok) return
    if (performance.now() > until)
      throw new Error(`${url}: ${'ok' in answer ? await answer.text() : answer.message}`)
    await pause(50)
  }
}
