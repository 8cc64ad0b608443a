import { setTimeout } from 'node:timers/promises'
import { Connections } from './connections.ts'
import { hear, type Loaded, loaded, noAnswer, type Sent, send } from './fire.ts'
import type { ShooterOrder, ShooterReport } from './messages.ts'
import { monotonicMs } from './monotonic.ts'
import type { Destination, NoAnswer, Shot } from './shot.ts'

// A program: one of the processes that requests come from. It ends with the process that started it.

/** A timer is late by a millisecond or so: the last of the way to the barrier is walked with open eyes. */
const AWAKE_MS = 2

/** A request that has a connection, or the reason why it has none. */
type Aimed = Loaded | NoAnswer

let destination: Destination
let connections: Connections
const volleys = new Map<number, readonly Aimed[]>()

process.on('message', (order: ShooterOrder) => {
  if (order.order === 'aim') {
    destination = order.destination
    connections = new Connections(destination, order.index)
  } else if (order.order === 'load') {
    const shots = order.shots.map((shot): Shot => ({ ...shot, body: order.bodies[shot.body] as Uint8Array }))
    void load(order.volley, shots)
  } else {
    void release(order.volley, order.at)
  }
})
process.on('disconnect', () => process.exit())
// An interrupt at the terminal goes to the whole group: the proof decides when its processes leave.
process.on('SIGINT', () => {})

/** Opens what it needs, so that nothing but the request itself is left to do at the barrier. */
async function load(volley: number, shots: readonly Shot[]): Promise<void> {
  volleys.set(volley, await Promise.all(shots.map(aim)))
  tell({ report: 'loaded', volley })
}

async function aim(shot: Shot): Promise<Aimed> {
  try {
    return loaded(shot, await connections.take())
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return noAnswer('not_sent', `no connection: ${code ?? message}`)
  }
}

async function release(volley: number, at: number): Promise<void> {
  const aimed = [...(volleys.get(volley) ?? []).entries()]
  volleys.delete(volley)
  const byDelay = Map.groupBy(aimed, ([, one]) => delayOf(one))
  for (const [delay, together] of [...byDelay].toSorted(([a], [b]) => a - b)) {
    await arriveAt(at + delay, delay === 0 ? AWAKE_MS : 0)
    const sent = together.map(([shot, one]) => [shot, 'shot' in one ? send(one) : one] as const)
    for (const [shot, one] of sent) void report(volley, shot, one)
  }
}

function delayOf(aimed: Aimed): number {
  return 'shot' in aimed ? aimed.shot.afterMs : 0
}

async function report(volley: number, shot: number, sent: Sent | NoAnswer): Promise<void> {
  if (!('loaded' in sent)) {
    const now = monotonicMs()
    const hit = { caller: 'no connection', startedAt: now, endedAt: now, answer: sent }
    tell({ report: 'hit', volley, shot, hit })
    return
  }
  const heard = hear(sent, destination.answerWithinMs)
  tell({ report: 'sent', volley, shot, at: sent.startedAt })
  const { hit, reusable } = await heard
  connections.giveBack(sent.loaded.connection, reusable)
  tell({ report: 'hit', volley, shot, hit })
}

/** @param awakeMs how much of the way is walked with open eyes; meanwhile no answer is read */
async function arriveAt(at: number, awakeMs: number): Promise<void> {
  const asleep = Math.floor(at - monotonicMs() - awakeMs)
  if (asleep > 0) await setTimeout(asleep)
  while (monotonicMs() < at);
}

/** Where nobody listens any more there is nothing to tell, and this process is about to end. */
function tell(message: ShooterReport): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}
