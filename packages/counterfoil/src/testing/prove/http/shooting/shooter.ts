import { setTimeout } from 'node:timers/promises'
import { Connections } from './connections.ts'
import { fire, type Loaded, loaded, noAnswer } from './fire.ts'
import type { ShooterOrder, ShooterReport } from './messages.ts'
import { monotonicMs } from './monotonic.ts'
import type { Destination, NoAnswer, Shot } from './shot.ts'

// A program: one of the processes that requests come from. It ends with the process that started it.

/** A timer is late by a millisecond or so: the last of the way is walked with open eyes. */
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
  const aimed = volleys.get(volley) ?? []
  const inOrder = [...aimed.entries()].toSorted(([, a], [, b]) => delayOf(a) - delayOf(b))
  const reports = []
  for (const [shot, one] of inOrder) {
    await arriveAt(at + delayOf(one))
    reports.push(report(volley, shot, one))
  }
  await Promise.all(reports)
  volleys.delete(volley)
}

function delayOf(aimed: Aimed): number {
  return 'shot' in aimed ? aimed.shot.afterMs : 0
}

async function report(volley: number, shot: number, aimed: Aimed): Promise<void> {
  if (!('shot' in aimed)) {
    const now = monotonicMs()
    tell({
      report: 'hit',
      volley,
      shot,
      hit: { caller: 'no connection', startedAt: now, endedAt: now, answer: aimed },
    })
    return
  }
  const fired = fire(aimed, destination.answerWithinMs)
  // Told after all of the volley have left: a message takes longer than a write.
  await setTimeout(0)
  tell({ report: 'sent', volley, shot, at: fired.startedAt })
  const { hit, reusable } = await fired.hit
  connections.giveBack(aimed.connection, reusable)
  tell({ report: 'hit', volley, shot, hit })
}

async function arriveAt(at: number): Promise<void> {
  const asleep = at - monotonicMs() - AWAKE_MS
  if (asleep > 0) await setTimeout(asleep)
  while (monotonicMs() < at);
}

function tell(message: ShooterReport): void {
  if (process.connected) process.send?.(message)
}
