import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Finding, openStore, type ReceiptStore } from 'counterfoil'
import { CommandError } from '../command-error.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { createAdmin } from './admin.ts'
import { configured, type GivenFlags } from './config/configured.ts'
import { saidAt } from './config/said-at.ts'
import { type Address, addressIn, type GatewayFlags, ofRoute, settingsIn } from './flags.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { Metrics } from './metrics.ts'
import { RequestLog, whenAnswered } from './request-log.ts'

/** Serves until it is told to end, and then ends in order. */
export async function serveGateway(given: GivenFlags, io: Io): Promise<ExitCode> {
  const { flags, routes } = configured(given)
  const address = addressIn('--listen', flags.listen)
  const adminAddress = flags.admin === undefined ? undefined : addressIn('--admin', flags.admin)
  const say = (line: string): void => void io.stderr.write(`${line}\n`)
  const metrics = new Metrics()
  const log = new RequestLog(flags.log, (text) => io.stdout.write(text))
  const told = {
    // What a caller isn't told, in one line: neither a stack nor anything of a request.
    onError: (error: unknown) =>
      say(`counterfoil: ${error instanceof Error ? error.message : String(error)}`),
    onEvent: metrics.event,
  }
  const settings = settingsIn(flags, told)
  const ofRoutes = routes.map(({ pattern, settings, at }) => {
    const { operation, http, keepRequest } = saidAt(at, () => settingsIn(ofRoute(flags, settings), told))
    return { pattern, at, operation, http, keepRequest }
  })
  const store = await openStore(flags.store)
  const admin = createAdmin(metrics, () => store.read('0'.repeat(64)))
  let gateway: Gateway | undefined
  try {
    const findings = await audited(store)
    const all = { ...settings, routes: ofRoutes }
    gateway = saidAt(null, () => createGateway(store, all))
    const { server } = gateway
    server.prependListener('request', (request, response) => {
      metrics.began()
      whenAnswered(request, response, (line) => {
        metrics.ended(line.status)
        log.add(line)
      })
    })
    if (adminAddress) await listening(admin, adminAddress)
    say(startLine(flags, await listening(server, address), store, findings, routes.length))
    await toldToEnd()
    say('counterfoil: finishing what is under way')
  } finally {
    await (gateway ?? store).close()
    log.flush()
    admin.closeAllConnections()
    admin.close()
  }
  return exitCodes.ok
}

async function listening(server: Server, { host, port }: Address): Promise<AddressInfo> {
  server.listen(port, host)
  await once(server, 'listening').catch((error: Error) => {
    throw new CommandError(exitCodes.unavailable, `Can't listen on ${host}:${port}: ${error.message}.`)
  })
  return server.address() as AddressInfo
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
  routes: number,
): string {
  const who =
    flags.tenantHeader !== undefined
      ? `tenants by ${flags.tenantHeader}`
      : flags.authorize !== undefined
        ? `one tenant, and ${flags.authorize} says who may see an outcome`
        : 'one tenant, and a retry must carry the same credentials'
  const again = flags.recoverAbandoned && `, sends kept requests again after ${flags.recoverAbandoned}`
  const kept = again ?? (flags.keepRequest ? ', keeps requests' : '')
  const warnings = findings.filter(({ level }) => level === 'warning').map(({ says }) => says)
  const audit = warnings.length > 0 ? `warned: ${warnings.join(' ')}` : 'in order'
  const configured = routes === 0 ? '' : `, ${routes} ${routes === 1 ? 'route' : 'routes'} configured`
  return `counterfoil: http://${address.includes(':') ? `[${address}]` : address}:${port} → ${flags.upstream}, ${flags.guarantee}${kept}${configured}, ${who}; store: ${name} (${withoutSecrets(flags.store)}), audit ${audit}`
}

async function toldToEnd(): Promise<void> {
  const ending = new AbortController()
  const signals = ['SIGTERM', 'SIGINT'] as const
  await Promise.race(signals.map((signal) => once(process, signal, { signal: ending.signal })))
  ending.abort()
}

/** A server's URL without user, password and options; a file's as it is. */
function withoutSecrets(url: string): string {
  return /^sqlite:/i.test(url) ? url : url.replace(/\?.*$/s, '').replace(/^([^:]*:(?:\/\/)?).*@/s, '$1')
}
