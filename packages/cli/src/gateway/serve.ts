import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Finding, openStore, type ReceiptStore } from 'counterfoil'
import { CommandError } from '../command-error.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { addressIn, type GatewayFlags, settingsIn } from './flags.ts'
import { createGateway, type Gateway } from './gateway.ts'

/** Serves until it is told to end, and then ends in order. */
export async function serveGateway(flags: GatewayFlags, io: Io): Promise<ExitCode> {
  const address = addressIn(flags.listen)
  const say = (line: string): void => void io.stderr.write(`${line}\n`)
  const settings = settingsIn(flags, {
    // What a caller isn't told, in one line: neither a stack nor anything of a request.
    onError: (error) => say(`counterfoil: ${error instanceof Error ? error.message : String(error)}`),
    onEvent: () => undefined,
  })
  const store = await openStore(flags.store)
  let gateway: Gateway | undefined
  try {
    const findings = await audited(store)
    gateway = createGateway(store, settings)
    const { server } = gateway
    server.prependListener('request', (request, response) => logged(flags.log, request, response, io))
    server.listen(address.port, address.host)
    await once(server, 'listening').catch((error: Error) => {
      throw new CommandError(exitCodes.unavailable, `Can't listen on ${flags.listen}: ${error.message}.`)
    })
    say(startLine(flags, server.address() as AddressInfo, store, findings))
    await told()
    say('counterfoil: finishing what is under way')
  } finally {
    await (gateway ?? store).close()
  }
  return exitCodes.ok
}

async function audited(store: ReceiptStore): Promise<readonly Finding[]> {
  const findings = await store.audit()
  const refusal = findings.find(({ level }) => level === 'refusal')
  if (refusal)
    throw new CommandError(exitCodes.unavailable, `The store can't keep its promise: ${refusal.says}`)
  return findings
}

function startLine(
  flags: GatewayFlags,
  { address, port }: AddressInfo,
  { name }: ReceiptStore,
  findings: readonly Finding[],
): string {
  const who =
    flags.tenantHeader !== undefined
      ? `tenants by ${flags.tenantHeader}`
      : flags.authorize !== undefined
        ? `one tenant, and ${flags.authorize} says who may see an outcome`
        : 'one tenant, and a retry must carry the same credentials'
  const warnings = findings.filter(({ level }) => level === 'warning').map(({ says }) => says)
  const audit = warnings.length > 0 ? `warned: ${warnings.join(' ')}` : 'in order'
  return `counterfoil: http://${address.includes(':') ? `[${address}]` : address}:${port} → ${flags.upstream}, ${flags.guarantee}, ${who}; store: ${name} (${flags.store.split('?', 1)[0]}), audit ${audit}`
}

/** No key, no query and no body: whoever holds a key can read an answer. */
function logged(form: GatewayFlags['log'], request: IncomingMessage, response: ServerResponse, io: Io): void {
  const startedAt = performance.now()
  response.once('close', () => {
    const line = {
      at: new Date().toISOString(),
      method: request.method,
      path: (request.url ?? '').split('?', 1)[0],
      status: response.headersSent ? response.statusCode : null,
      ms: Math.round(performance.now() - startedAt),
      keyed: request.headers['idempotency-key'] !== undefined,
      replayed: response.getHeader('idempotent-replayed') !== undefined,
    }
    const { at, method, path, status, ms, keyed, replayed } = line
    const text = `${at} ${method} ${path} ${status ?? 'left'} ${ms} ms${replayed ? ' replayed' : keyed ? ' keyed' : ''}`
    void io.stdout.write(`${form === 'json' ? JSON.stringify(line) : text}\n`)
  })
}

async function told(): Promise<void> {
  const ending = new AbortController()
  const signals = ['SIGTERM', 'SIGINT'] as const
  await Promise.race(signals.map((signal) => once(process, signal, { signal: ending.signal })))
  ending.abort()
}
