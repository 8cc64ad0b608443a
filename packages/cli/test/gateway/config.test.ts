import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/gateway/config/load.ts'
import { routePattern } from '../../src/gateway/config/route-pattern.ts'
import { type GatewayFlags, overlaid } from '../../src/gateway/flags.ts'

// The page's own sample.
const page = readFileSync(new URL('../../../../docs/http.md', import.meta.url), 'utf8')
const sample = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''

it('says of each route what it says of itself', () => {
  const { settings, routes } = loadConfig(sample, 'counterfoil.yaml')
  expect(settings).toEqual({ upstream: 'http://127.0.0.1:3000', guarantee: 'at-most-once', requireKey: true })
  expect(routes.map(({ pattern, settings, at }) => [pattern.text, settings, at])).toEqual([
    ['POST /v1/charges', { keyPointer: '/idempotency_key', ttl: '7d' }, 'counterfoil.yaml:5'],
    [
      'POST /v1/accounts/:id/payouts',
      { guarantee: 'at-least-once', requireKey: undefined },
      'counterfoil.yaml:6',
    ],
    ['PATCH /v1/things/**', { wait: '5s' }, 'counterfoil.yaml:7'],
  ])
  expect(loadConfig('', 'x')).toEqual({ settings: {}, routes: [] })
})

it.each([
  ['upstream: x', "x.yaml:1: upstream can't be 'x': give a URL"],
  [
    'log: json\nttl: 7x',
    "x.yaml:2: ttl can't be '7x': give a time with its unit, such as 500ms, 30s or 10m.",
  ],
  ['ttll: 7d', "x.yaml:1: there is no setting 'ttll'; did you mean ttl?"],
  ['nonsense: 7d', "x.yaml:1: there is no setting 'nonsense'."],
  ['require-key: maybe', "x.yaml:1: require-key can't be 'maybe': give true or false."],
  ['guarantee: twice', "x.yaml:1: guarantee can't be 'twice': give at-most-once or at-least-once."],
  ['methods: [POST, get]', "x.yaml:1: methods can't be 'POST,get'"],
  ['routes:\n  POST /a/{id}: {}', "x.yaml:2: the route can't be 'POST /a/{id}'"],
  ['routes:\n  POST /a: { reject: true, wait: 5s }', 'x.yaml:2: wait and reject exclude each other'],
  ['- a', 'x.yaml:1: give settings by their names'],
  ['routes: 7', "x.yaml:1: routes can't be that"],
  ['routes:\n  /x: {}', "x.yaml:2: the route can't be '/x': give methods and a path"],
  ['routes:\n  OPTIONS /x: {}', "x.yaml:2: the route can't be 'OPTIONS /x'"],
  ['routes:\n  POST /x: 7', "x.yaml:2: the route 'POST /x' can't be that"],
  ['routes:\n  POST /x:\n    lease: 1', "x.yaml:3: lease can't be '1'"],
  ['routes:\n  POST /x:\n    store: "memory:"', 'x.yaml:3: store is for the whole gateway'],
  ['routes:\n  POST /x: {}\n  POST  /x: {}', "x.yaml:3: the route 'POST /x' stands here twice"],
  ['ttl: 7d\nttl: 8d', 'x.yaml:2: this is not YAML: '],
  ['a: [', 'x.yaml:1: this is not YAML: '],
])('refuses %j with its line', (text, says) => {
  let message = ''
  try {
    loadConfig(text, 'x.yaml')
  } catch (error) {
    message = (error as Error).message
  }
  expect(message.slice(0, says.length)).toBe(says)
  expect(message).not.toContain('\n')
})

describe('a route', () => {
  it.each([
    ['POST /v1/charges', 'POST', '/v1/charges', true],
    ['POST /v1/charges', 'POST', '/v1/%63harges', true],
    ['POST /v1/charges', 'POST', '/v1//charges/', true],
    ['POST /v1/charges', 'POST', '/v1/x/../charges', true],
    ['POST /v1/charges', 'POST', '/v1/%2e/charges', true],
    ['POST /v1/charges', 'POST', '/v1/Charges', false],
    ['POST /v1/charges', 'PATCH', '/v1/charges', false],
    ['POST /v1/charges', 'POST', '/v1/charges/1', false],
    ['POST,PATCH /v1/a.b', 'PATCH', '/v1/a.b', true],
    ['POST /v1/a.b', 'POST', '/v1/axb', false],
    ['* /v1/:id/payouts', 'PUT', '/v1/7/payouts', true],
    ['* /v1/:id/payouts', 'PUT', '/v1/7%2F8/payouts', true],
    ['* /v1/:id/payouts', 'PUT', '/v1/7/8/payouts', false],
    ['POST /v1/x-*', 'POST', '/v1/x-7', true],
    ['POST /v1/x-*', 'POST', '/v1/x-7/8', false],
    ['POST /v1/**', 'POST', '/v1/a/b', true],
    ['POST /v1/**', 'POST', '/v1', true],
    ['POST /v1/**', 'POST', '/v12', false],
    ['POST /**/pay', 'POST', '/a/b/pay', true],
  ])('%s, asked for %s %s: %s', (pattern, method, path, matches) => {
    expect(routePattern(pattern)?.matches(method, path)).toBe(matches)
  })
})

it('a wait above takes a refusal below away, and nothing else does', () => {
  const below = { reject: true, wait: '10s', ttl: '1d' } as GatewayFlags
  expect(overlaid(below, { wait: '5s' })).toEqual({ wait: '5s', ttl: '1d' })
  expect(overlaid(below, { ttl: '2d' })).toEqual({ reject: true, wait: '10s', ttl: '2d' })
})
