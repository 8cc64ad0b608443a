import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

/** What is used of its SDK, which is installed where the server is. */
export interface RestateSdk {
  service(of: { name: string; handlers: Readonly<Record<string, RestateHandler>> }): object
  serve(of: { services: object[]; port: number; logger(): void }): Promise<unknown>
}

export interface RestateContext {
  /** What the body does counts once it has ended: its result is journaled. */
  run<T>(name: string, body: () => Promise<T> | T): Promise<T>
  /** Of this invocation, in every attempt. */
  request(): { readonly id: unknown }
}

export type RestateHandler = (context: RestateContext, input: unknown) => Promise<unknown>

export interface RestateNode {
  /** As `restateFolder()` says. */
  readonly installedIn: string
  /** What it keeps; a node that is started with the files of another one goes on with its work. */
  readonly files: string
  readonly ports: {
    readonly ingress: number
    readonly admin: number
    readonly fabric: number
    readonly service: number
  }
}

const PATIENCE_MS = 30_000

/**
 * One node, as it comes, in a process that ends with this one, and the services behind its ingress in this process. Resolves
 * when the ingress answers.
 */
export async function runRestate(
  { installedIn, files, ports: { ingress, admin, fabric, service } }: RestateNode,
  servicesOf: (sdk: RestateSdk) => object[],
): Promise<void> {
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

  const path = createRequire(join(installedIn, 'package.json')).resolve('@restatedev/restate-sdk')
  const sdk = (await import(pathToFileURL(path).href)) as RestateSdk
  await sdk.serve({ services: servicesOf(sdk), port: service, logger: () => undefined })
  await untilAnswers(`http://127.0.0.1:${admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: `http://127.0.0.1:${service}` }),
  })
  await untilAnswers(`http://127.0.0.1:${ingress}/restate/health`, {})
}

async function untilAnswers(url: string, request: RequestInit): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; ; ) {
    const answer = await fetch(url, request).catch((error: Error) => error)
    if ('ok' in answer && answer.ok) return
    if (performance.now() > until)
      throw new Error(`${url}: ${'ok' in answer ? await answer.text() : answer.message}`)
    await pause(50)
  }
}
