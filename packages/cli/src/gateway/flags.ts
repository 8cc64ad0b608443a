import type { ReceiptEvent } from 'counterfoil'
import { fieldIn, msIn, pointerIn, timerIn, wrong } from '../values.ts'
import type { GatewaySettings } from './gateway.ts'
import { type RecoveryFlags, recoveryIn } from './recovery-flags.ts'

/** As commander gives them. */
export interface GatewayFlags extends RecoveryFlags {
  readonly config?: string
  readonly upstream: string
  readonly listen: string
  readonly store: string
  readonly requireKey?: true
  readonly keyPointer?: string
  readonly tenantHeader?: string
  readonly authorize?: string
  readonly methods: string
  readonly ttl: string
  readonly keyRetention?: string
  readonly lease: string
  readonly wait: string
  readonly reject?: true
  readonly maxDuration: string
  readonly maxRequest: string
  readonly captureLimit: string
  readonly upstreamTimeout: string
  readonly failOpen?: true
  readonly admin?: string
  readonly log: 'json' | 'pretty'
}

type Time = `${number}ms`

export type SettingName =
  | 'upstream'
  | 'listen'
  | 'store'
  | 'guarantee'
  | 'require-key'
  | 'key-pointer'
  | 'tenant-header'
  | 'authorize'
  | 'methods'
  | 'ttl'
  | 'key-retention'
  | 'lease'
  | 'wait'
  | 'reject'
  | 'max-duration'
  | 'max-request'
  | 'capture-limit'
  | 'upstream-timeout'
  | 'fail-open'
  | 'keep-request'
  | 'recover-abandoned'
  | 'admin'
  | 'log'

type Check = (name: string, text: string) => unknown

/** Every setting that a configuration file may have, by its name there; a `switch` is true or false. */
export const checks: Readonly<Record<SettingName, Check | 'switch'>> = {
  upstream: urlIn,
  listen: addressIn,
  store: textIn,
  guarantee: choiceIn('at-most-once', 'at-least-once'),
  'require-key': 'switch',
  'key-pointer': pointerIn,
  'tenant-header': fieldIn,
  authorize: urlIn,
  methods: methodsIn,
  ttl: msIn,
  'key-retention': msIn,
  lease: msIn,
  wait: msIn,
  reject: 'switch',
  'max-duration': msIn,
  'max-request': bytesIn,
  'capture-limit': bytesIn,
  'upstream-timeout': timerIn,
  'fail-open': 'switch',
  'keep-request': 'switch',
  'recover-abandoned': msIn,
  admin: addressIn,
  log: choiceIn('json', 'pretty'),
}

/** What may differ by route: all that is decided for each request by itself. */
export const routeSettings: readonly SettingName[] = [
  'guarantee',
  'require-key',
  'key-pointer',
  'ttl',
  'key-retention',
  'lease',
  'wait',
  'reject',
  'max-duration',
  'max-request',
  'capture-limit',
  'fail-open',
  'keep-request',
  'recover-abandoned',
]

/** `more` wins. A wait in `more` cancels a `reject` below. */
export function overlaid(below: GatewayFlags, more: Partial<GatewayFlags>): GatewayFlags {
  const { reject, ...rest } = below
  return more.wait === undefined && reject ? { ...rest, reject, ...more } : { ...rest, ...more }
}

/** A route's flags over those of the top. A route that keeps or re-runs nothing doesn't inherit `recover-abandoned`. */
export function ofRoute(top: GatewayFlags, own: Partial<GatewayFlags>): GatewayFlags {
  const { recoverAbandoned, ...flags } = overlaid(top, own)
  const sendsAgain = flags.keepRequest && flags.guarantee !== 'at-most-once'
  const again = sendsAgain ? recoverAbandoned : own.recoverAbandoned
  return again === undefined ? flags : { ...flags, recoverAbandoned: again }
}

/** @throws {CommandError} one sentence that names the flag. The durations of receipts are checked by the library. */
export function settingsIn(
  flags: GatewayFlags,
  told: { onEvent: (event: ReceiptEvent) => void; onError: (error: unknown) => void },
): GatewaySettings {
  return {
    ...told,
    upstream: urlIn('--upstream', flags.upstream),
    upstreamTimeoutMs: timerIn('--upstream-timeout', flags.upstreamTimeout),
    tenantHeader:
      flags.tenantHeader === undefined ? undefined : fieldIn('--tenant-header', flags.tenantHeader),
    authorize: flags.authorize === undefined ? undefined : urlIn('--authorize', flags.authorize),
    keepRequest: flags.keepRequest ?? false,
    operation: {
      guarantee: flags.guarantee,
      ttl: time('--ttl', flags.ttl),
      ...(flags.keyRetention === undefined
        ? {}
        : { keyRetention: time('--key-retention', flags.keyRetention) }),
      lease: time('--lease', flags.lease),
      maxDuration: time('--max-duration', flags.maxDuration),
      wait: flags.reject ? 'reject' : time('--wait', flags.wait),
      maxOutcomeBytes: bytesIn('--capture-limit', flags.captureLimit),
      ...recoveryIn(flags, msIn),
    },
    http: {
      requireKey: flags.requireKey ?? false,
      methods: methodsIn('--methods', flags.methods),
      maxRequestBytes: bytesIn('--max-request', flags.maxRequest),
      ...(flags.failOpen ? { failOpen: true } : {}),
      ...(flags.keyPointer === undefined
        ? {}
        : { key: { pointer: pointerIn('--key-pointer', flags.keyPointer) } }),
    },
  }
}

export interface Address {
  readonly host: string
  readonly port: number
}

export function addressIn(flag: string, listen: string): Address {
  const [, host, digits] = /^(?:\[?([^\]]*)\]?:)?(\d{1,5})$/.exec(listen) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535)
    wrong(flag, listen, 'give an address and a port, such as 127.0.0.1:8787')
  return { host: host || '127.0.0.1', port }
}

function urlIn(flag: string, text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
    return wrong(flag, text, 'give a URL such as http://127.0.0.1:3000, without a query or a password')
  }
  return url
}

function methodsIn(flag: string, list: string): string[] {
  const methods = list.split(',').map((method) => method.trim())
  const fault = methods.find((method) => !/^[A-Z]+$/.test(method) || method === 'OPTIONS')
  if (fault !== undefined)
    wrong(flag, list, 'give methods with commas, such as POST,PATCH; OPTIONS is never touched')
  return methods
}

function bytesIn(flag: string, text: string): number {
  const [, digits, unit = ''] = /^(\d{1,12})(b|kb|mb)?$/i.exec(text) ?? []
  if (digits === undefined) return wrong(flag, text, 'give bytes, such as 500kb or 10mb')
  return (
    Number(digits) * { '': 1, b: 1, kb: 1024, mb: 1_048_576 }[unit.toLowerCase() as '' | 'b' | 'kb' | 'mb']
  )
}

function textIn(flag: string, text: string): string {
  return text === '' ? wrong(flag, text, 'give text') : text
}

function choiceIn(...choices: readonly string[]): Check {
  return (flag, text) => (choices.includes(text) ? text : wrong(flag, text, `give ${choices.join(' or ')}`))
}

function time(flag: string, text: string): Time {
  return `${msIn(flag, text)}ms`
}
