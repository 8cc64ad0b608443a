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
  readonly without: Readonly<Partial<Record<'as' | 'limited' | 'refused', string>>>
  /** By their ids, scenarios that would put our own glue to the test and not the layer, each with the reason. */
  readonly leftOut: Readonly<Record<string, string>>
  /** Where a verdict is looked at more closely, by the id of its scenarios: what its own words or its own code say. */
  readonly notes: readonly Note[]
}

export interface Note {
  /** The ids of scenarios. */
  readonly on: readonly string[]
  readonly says: string
  /** It means something else by a key, and says so. */
  readonly byDesign?: true
}

const JOINED = 'Two field lines are joined by node:http, and the joined text is taken for a key.'

const usual = {
  variant: '',
  path: '/charges',
  secondPath: '/refunds',
  terms: { guarantee: 'at-most-once' },
  without: {},
  leftOut: {},
  notes: [],
} as const

/** Powertools is given events: which field of a request a key is read from, and how, is up to whoever makes the event. */
const noField = {
  'key-spelling': 'it is given a key and reads no header field: spellings are the concern of what calls it',
  'missing-key': 'the same',
  'malformed-key': 'the same',
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
      'the middleware with its Redis adapter; an `intentValidator`, as its README offers, that compares the caller besides what the default one compares',
    notes: [
      {
        on: ['identity'],
        says: 'Of the header fields its code keeps only `Content-Type` (`headerWhitelist`); its README doesn’t mention header fields.',
      },
      {
        on: ['concurrent', 'conflict-in-flight', 'refused-duplicate'],
        says: 'It looks the key up and then writes it, and its Redis adapter writes without a condition (`SET` with `EX` and no `NX`). Version 2.1, which the registry did not have, says that it handles [a lost race](https://github.com/VilledeMontreal/express-idempotency/pull/44).',
      },
      {
        on: ['malformed-key'],
        says: 'An empty field counts as none, and a request without a key is let through.',
      },
      { on: ['crash'], says: 'A key in progress has the ttl of an outcome, 86,400 s, and no lease.' },
    ],
  },
  'node-idempotency': {
    ...usual,
    title: '@node-idempotency',
    service: 'node-idempotency',
    packages: ['@node-idempotency/nestjs', '@nestjs/core'],
    setUp: 'the NestJS module on Redis and `@Idempotent()` on the handler, `enforceIdempotency: true`',
    without: { as: 'it has no notion of callers: its key is method, path and field' },
    notes: [
      { on: ['identity'], says: 'Of the header fields it keeps only `Content-Type` (`headers2Cache`).' },
      {
        on: ['key-spelling'],
        says: 'Its README calls it compliant with the draft. By the draft a key is a String, in quotes; it takes the quotes for a part of the key.',
      },
      { on: ['reordered'], says: 'The fingerprint is over `JSON.stringify` of the body: the order counts.' },
      { on: ['malformed-key'], says: JOINED },
      { on: ['limited'], says: 'Every error is stored as the outcome, whatever its status.' },
      {
        on: ['crash'],
        says: 'A key in progress has the ttl of an outcome, a day by default (`cacheTTLMS`), and no lease.',
      },
    ],
  },
  powertools: {
    ...usual,
    title: 'Powertools',
    service: 'powertools',
    packages: ['@aws-lambda-powertools/idempotency'],
    setUp:
      '`makeIdempotent` with `CachePersistenceLayer` on Redis around a handler of API Gateway events; the whole payload is the key, its default: caller, path, field and body',
    terms: { guarantee: 'at-least-once' },
    leftOut: noField,
    notes: [
      {
        on: ['conflict', 'conflict-in-flight', 'refused-duplicate', 'large-body'],
        byDesign: true,
        says: 'Its "idempotency key is a hash representation of either the entire event or a specific configured subset of the event" ([documentation](https://docs.aws.amazon.com/powertools/typescript/latest/features/idempotency/)). Another body is another key, and the field alone protects nothing.',
      },
    ],
  },
  'powertools-validating': {
    ...usual,
    title: 'Powertools, validating',
    service: 'powertools',
    variant: 'validating',
    packages: ['@aws-lambda-powertools/idempotency'],
    setUp: 'the same with `eventKeyJmesPath` (caller, path, field) and `payloadValidationJmesPath` (body)',
    terms: { guarantee: 'at-least-once' },
    leftOut: noField,
    notes: [
      {
        on: ['restart'],
        says: 'Storing the outcome, `CachePersistenceLayer` leaves the hash of the payload out (`_updateRecord`). Its local cache hides that for as long as the process lives. Its layer for DynamoDB was not tried.',
      },
    ],
  },
  restate: {
    ...usual,
    title: 'Restate, ingress',
    service: 'restate',
    packages: ['@restatedev/restate-server', '@restatedev/restate-sdk'],
    setUp: 'one node as it comes; the effect in `ctx.run`, as its documentation says under "Durable steps"',
    path: '/charges/create',
    secondPath: '/refunds/create',
    terms: { guarantee: 'at-least-once' },
    without: {
      as: 'its ingress knows no callers: what stands in front of it does',
      limited: 'Restate itself retries what a handler can’t do for now',
      refused: 'the same',
    },
    notes: [
      {
        on: ['conflict', 'conflict-in-flight', 'refused-duplicate', 'large-body'],
        byDesign: true,
        says: '"If you re-invoke the service with the same idempotency key within 24 hours, Restate sends back the same response and doesn\'t re-execute the request to the service" ([HTTP](https://docs.restate.dev/services/invocation/http)). It compares no bodies, and doesn’t say that it would.',
      },
      {
        on: ['malformed-key'],
        says: 'An empty field is a key like any other, and is one for all who send it. Of two lines one is taken.',
      },
    ],
  },
}
