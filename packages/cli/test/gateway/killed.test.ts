import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ask, keyed, type Received } from './ask.ts'
import type { HitPoint } from './dies-at.ts'
import { gateway, newStore } from './gateway-process.ts'
import { upstream } from './world.ts'

const KILLS = process.env.COUNTERFOIL_SOAK === '1' ? 20 : 1

type Answer = 'its own answer' | 'the replay' | 'outcome unknown'

interface Row {
  readonly diesAt: HitPoint
  readonly guarantee: 'at-most-once' | 'at-least-once'
  /** At the upstream, when the gateway is dead. */
  readonly ran: number
  readonly retryGets: Answer
  /** At the upstream, when the retry is answered. */
  readonly effects: number
}

// biome-ignore format: a table is read by its columns
const rows: readonly Row[] = [
  { diesAt: 'before-claim',  guarantee: 'at-most-once',  ran: 0, retryGets: 'its own answer',  effects: 1 },
  { diesAt: 'after-claim',   guarantee: 'at-most-once',  ran: 0, retryGets: 'outcome unknown', effects: 0 },
  { diesAt: 'after-effect',  guarantee: 'at-most-once',  ran: 1, retryGets: 'outcome unknown', effects: 1 },
  { diesAt: 'before-commit', guarantee: 'at-most-once',  ran: 1, retryGets: 'outcome unknown', effects: 1 },
  { diesAt: 'after-commit',  guarantee: 'at-most-once',  ran: 1, retryGets: 'the replay',      effects: 1 },
  { diesAt: 'after-settle',  guarantee: 'at-most-once',  ran: 1, retryGets: 'the replay',      effects: 1 },
  { diesAt: 'before-claim',  guarantee: 'at-least-once', ran: 0, retryGets: 'its own answer',  effects: 1 },
  { diesAt: 'after-claim',   guarantee: 'at-least-once', ran: 0, retryGets: 'its own answer',  effects: 1 },
  { diesAt: 'after-effect',  guarantee: 'at-least-once', ran: 1, retryGets: 'its own answer',  effects: 2 },
  { diesAt: 'before-commit', guarantee: 'at-least-once', ran: 1, retryGets: 'its own answer',  effects: 2 },
  { diesAt: 'after-commit',  guarantee: 'at-least-once', ran: 1, retryGets: 'the replay',      effects: 1 },
  { diesAt: 'after-settle',  guarantee: 'at-least-once', ran: 1, retryGets: 'the replay',      effects: 1 },
]

describe(`a gateway killed with kill -9, ${KILLS} × at each point`, () => {
  it.each(rows)(
    '$diesAt, $guarantee: ran $ran ×; the retry gets $retryGets; ran $effects × in the end',
    async (row) => {
      for (let kill = 0; kill < KILLS; kill += 1) await killAndRetry(row)
    },
  )
})

describe(`a gateway killed with kill -9, ${KILLS} × at each point, and nobody there to retry`, () => {
  it.each([
    { diesAt: ['after-claim'], effects: 1 },
    { diesAt: ['after-effect'], effects: 2 },
    { diesAt: ['before-commit'], effects: 2 },
    // The second one is killed while it sends the request again.
    { diesAt: ['after-effect', 'after-claim'], effects: 2 },
    { diesAt: ['after-claim', 'before-commit'], effects: 2 },
  ] as const)(
    '$diesAt: one of two others sends the request again; ran $effects × in the end, and who comes later gets the replay',
    async ({ diesAt, effects }) => {
      for (let kill = 0; kill < KILLS; kill += 1) await killAndLeave(diesAt, effects)
    },
  )
})

async function killAndLeave([first, second]: readonly [HitPoint, HitPoint?], effects: number): Promise<void> {
  const bodies: string[] = []
  const behind = await upstream((_, response) => {
    bodies.push(randomBytes(16).toString('hex'))
    response.writeHead(201).end(bodies.at(-1))
  })
  const store = newStore()
  const flags = ['--guarantee', 'at-least-once', '--lease', '500ms', '--keep-request']
  const dying = await gateway(behind.port, store, flags, first)
  await expect(ask(dying.port, keyed('a', '{}'))).rejects.toThrow()
  const resending = [...flags, '--recover-abandoned', '100ms']
  if (second) await ended((await gateway(behind.port, store, resending, second)).child)
  const others = await Promise.all([1, 2].map(() => gateway(behind.port, store, resending)))
  expect(others[0]?.startLine).toContain('at-least-once, sends kept requests again after 100ms, one tenant')
  while (behind.runs() < effects) await pause(5)
  for (const { port, child } of others) {
    const later = await ask(port, keyed('a', '{}'))
    expect([later.status, kindOf(later), later.body.toString()]).toEqual([201, 'the replay', bodies.at(-1)])
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
  }
  expect(behind.runs()).toBe(effects)
}

/** It may have died before anybody looked. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

async function killAndRetry({ diesAt, guarantee, ran, retryGets, effects }: Row): Promise<void> {
  const bodies: string[] = []
  const behind = await upstream((_, response) => {
    bodies.push(randomBytes(16).toString('hex'))
    response.writeHead(201).end(bodies.at(-1))
  })
  const store = newStore()
  const flags = ['--guarantee', guarantee, '--lease', '500ms']
  const dying = await gateway(behind.port, store, flags, diesAt)
  const exit = once(dying.child, 'exit')
  await expect(ask(dying.port, keyed('a', '{}'))).rejects.toThrow()
  expect(await exit).toEqual([null, 'SIGKILL'])
  expect(behind.runs()).toBe(ran)

  const next = await gateway(behind.port, store, flags)
  // It waits for the dead one's lease.
  const retry = await ask(next.port, keyed('a', '{}'))
  expect(kindOf(retry)).toBe(retryGets)
  expect(behind.runs()).toBe(effects)
  if (retry.status === 201) expect(retry.body.toString()).toBe(bodies.at(-1))
  // It stays so.
  const later = await ask(next.port, keyed('a', '{}'))
  expect(kindOf(later)).toBe(retryGets === 'outcome unknown' ? retryGets : 'the replay')
  expect(later.status === 409 || later.sha256 === retry.sha256).toBe(true)
  expect(behind.runs()).toBe(effects)
  next.child.kill('SIGKILL')
}

function kindOf(answer: Received): Answer | string {
  if (answer.status === 201) {
    return answer.field('idempotent-replayed') === 'true' ? 'the replay' : 'its own answer'
  }
  const { error } = answer.json() as { error: { type: string } }
  return error.type === 'outcome-unknown' ? 'outcome unknown' : error.type
}
