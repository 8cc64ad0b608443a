import type { HttpProofOptions } from 'counterfoil/testing'

/** Who is proven, in the order of the page. */
export const targetNames = [
  'counterfoil-node',
  'counterfoil-express',
  'counterfoil-fastify',
  'counterfoil-hono',
  'counterfoil-gateway',
  'express-idempotency',
  'node-idempotency',
  'powertools',
  'powertools-validating',
  'restate',
] as const
export type TargetName = (typeof targetNames)[number]

export interface Target {
  /** The head of its column. */
  readonly title: string
  /** A file in `services/`, without its ending; `gateway` is Counterfoil's command in front of `upstream`. */
  readonly service: string
  readonly variant: string
  /** The packages whose versions count. */
  readonly packages: readonly string[]
  /** How it was set up, and where its documentation says so. */
  readonly setUp: string
  readonly path: string
  readonly secondPath: string
  readonly terms: Pick<HttpProofOptions, 'guarantee'>
  /** What it has no notion of, with the reason: the options of the proof that it is not given. */
  readonly without: Readonly<Partial<Record<'as' | 'limited' | 'refused' | 'secondUrl', string>>>
}

const usual = {
  variant: '',
  path: '/charges',
  secondPath: '/refunds',
  terms: { guarantee: 'at-most-once' },
  without: {},
} as const

const counterfoil = (
  face: string,
  title: string,
  store: 'SQLite' | 'Redis',
  ...packages: string[]
): Target => ({
  ...usual,
  title: `Counterfoil, ${title}`,
  service: `counterfoil-${face}`,
  variant: store,
  packages: ['counterfoil', ...packages],
  setUp: `\`at-most-once\`, a tenant for each caller, the path as the operation's name; receipts in ${store}`,
})

export const targets: Readonly<Record<TargetName, Target>> = {
  'counterfoil-node': counterfoil('node', 'node:http', 'SQLite'),
  'counterfoil-express': counterfoil('express', 'Express', 'Redis', 'express'),
  'counterfoil-fastify': counterfoil('fastify', 'Fastify', 'SQLite', 'fastify'),
  'counterfoil-hono': counterfoil('hono', 'Hono', 'Redis', 'hono', '@hono/node-server'),
  'counterfoil-gateway': {
    ...usual,
    title: 'Counterfoil, gateway',
    service: 'gateway',
    packages: ['@counterfoil/cli'],
    setUp:
      '`counterfoil gateway --tenant-header Authorization --require-key`, receipts in SQLite, before a server that knows nothing of keys; the gateway is what is killed',
  },
  'express-idempotency': {
    ...usual,
    title: 'express-idempotency',
    service: 'express-idempotency',
    packages: ['express-idempotency', 'express-idempotency-redis-adapter', 'express'],
    setUp:
      'the middleware with its Redis adapter; an `intentValidator`, as its README offers, that compares the caller beside what the default one compares',
  },
  'node-idempotency': {
    ...usual,
    title: '@node-idempotency',
    service: 'node-idempotency',
    packages: ['@node-idempotency/nestjs', '@nestjs/core'],
    setUp: 'the NestJS module on Redis and `@Idempotent()` on the handler, `enforceIdempotency: true`',
    without: { as: 'it has no notion of callers; its key is method, path and header' },
  },
  powertools: {
    ...usual,
    title: 'Powertools',
    service: 'powertools',
    packages: ['@aws-lambda-powertools/idempotency'],
    setUp:
      '`makeIdempotent` with `CachePersistenceLayer` on Redis around a handler of API Gateway events; the whole payload is the key, its default: caller, path, field and body',
    terms: { guarantee: 'at-least-once' },
  },
  'powertools-validating': {
    ...usual,
    title: 'Powertools, validating',
    service: 'powertools',
    variant: 'validating',
    packages: ['@aws-lambda-powertools/idempotency'],
    setUp: 'the same with `eventKeyJmesPath` (caller, path, field) and `payloadValidationJmesPath` (body)',
    terms: { guarantee: 'at-least-once' },
  },
  restate: {
    ...usual,
    title: 'Restate, ingress',
    service: 'restate',
    packages: ['@restatedev/restate-server', '@restatedev/restate-sdk'],
    setUp: 'one node as it comes, the effect in `ctx.run`; refusals are `TerminalError`s',
    path: '/charges/create',
    secondPath: '/refunds/create',
    terms: { guarantee: 'at-least-once' },
    without: { as: 'its ingress knows no callers: what stands in front of it does' },
  },
}
