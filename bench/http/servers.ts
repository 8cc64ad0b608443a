import type { LoadTerms, Workload } from './load/terms.ts'

/** Who serves, in the order in which they run and are shown. */
export const serverNames = [
  'node-bare',
  'node',
  'express-bare',
  'express',
  'fastify-bare',
  'fastify',
  'hono-bare',
  'hono',
  'undici-proxy',
  'node-proxy',
  'nginx',
  'gateway',
  'gateway-sqlite',
  'restate',
] as const
export type ServerName = (typeof serverNames)[number]

export interface Server {
  readonly title: string
  readonly group: Group
  readonly workloads: readonly Workload[]
  readonly speaks: Speaks
  /** It works even while nobody asks it anything. */
  readonly restless?: true
}

type Speaks = Pick<LoadTerms, 'path' | 'status' | 'marksReplays'>
const speaks: Speaks = { path: '/charges', status: 201, marksReplays: true }

/** `integrations`: the same application with and without; `proxies`: what stands in front of the same upstream. */
export const groups = ['integrations', 'proxies'] as const
export type Group = (typeof groups)[number]

const bare = (title: string): Server => ({ title, group: 'integrations', workloads: ['without-key'], speaks })
const integration = (title: string): Server => ({
  title,
  group: 'integrations',
  workloads: ['first-time', 'replay'],
  speaks,
})
const proxy = (title: string, ...workloads: Workload[]): Server => ({
  title,
  group: 'proxies',
  workloads,
  speaks,
})

export const servers: Readonly<Record<ServerName, Server>> = {
  'node-bare': bare('node:http, bare'),
  node: integration('node:http with Counterfoil'),
  'express-bare': bare('Express 5, bare'),
  express: integration('Express 5 with Counterfoil'),
  'fastify-bare': bare('Fastify 5, bare'),
  fastify: integration('Fastify 5 with Counterfoil'),
  'hono-bare': bare('Hono on Node, bare'),
  hono: integration('Hono on Node with Counterfoil'),
  'undici-proxy': proxy('node:http and undici dispatch, bare', 'without-key'),
  'node-proxy': proxy('node:http both ways, bare', 'without-key'),
  nginx: proxy('nginx, keep-alive', 'without-key'),
  gateway: proxy('gateway, memory', 'without-key', 'first-time', 'replay'),
  'gateway-sqlite': proxy('gateway, SQLite', 'first-time', 'replay'),
  restate: {
    ...proxy("Restate's ingress", 'first-time', 'replay'),
    restless: true,
    speaks: { path: '/charges/create', status: 200, marksReplays: false },
  },
}

/** Whom each is compared with, in the same round. */
export const peers: Readonly<Partial<Record<ServerName, ServerName>>> = {
  node: 'node-bare',
  express: 'express-bare',
  fastify: 'fastify-bare',
  hono: 'hono-bare',
  'node-proxy': 'undici-proxy',
  nginx: 'undici-proxy',
  gateway: 'undici-proxy',
  'gateway-sqlite': 'undici-proxy',
  restate: 'undici-proxy',
}
