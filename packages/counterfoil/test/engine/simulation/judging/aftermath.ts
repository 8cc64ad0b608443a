import type { Books } from '../books.ts'
import type { Host } from '../host.ts'
import type { Run } from '../run.ts'
import type { SimulatedCall } from '../simulated-call.ts'
import { Violation } from '../violation.ts'

export function everyCallHasEnded(calls: readonly SimulatedCall[]): void {
  for (const { number, on, end, stuck } of calls) {
    if (end || stuck || on.machine.state === 'crashed') continue
    throw new Violation(`call ${number} on ${on.machine.name} hangs`)
  }
}

/** A claim under which nothing ran has been given back, unless its process died. */
export function noClaimIsHeldForNobody(books: Books, hosts: readonly Host[]): void {
  for (const { machine, ended, used, id } of books.claims.values()) {
    if (ended || used) continue
    const host = hosts.find((one) => one.machine === machine)
    if (machine.state === 'crashed' || host?.closed) continue
    throw new Violation(`${machine.name} holds ${id.slice(0, 8)} for nobody`)
  }
}

export async function nothingIsLeftAfterClose(run: Run, hosts: readonly Host[]): Promise<void> {
  for (const { machine, link, receipts, stuck } of hosts) {
    if (machine.state !== 'up' || stuck) continue
    let left: { readonly timers: number; readonly watches: number } | undefined
    void receipts.close().then(() => {
      left = { timers: machine.timers, watches: link.watches }
    })
    await run.pass(10_000)
    if (left === undefined) throw new Violation(`${machine.name} does not close`)
    if (left.timers > 0) throw new Violation(`${machine.name} is closed and has ${left.timers} timers`)
    if (left.watches > 0) {
      throw new Violation(`${machine.name} is closed and has ${left.watches} subscriptions`)
    }
  }
}
