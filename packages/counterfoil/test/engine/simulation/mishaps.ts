import type { Host } from './host.ts'
import { idOf } from './keys.ts'
import { operate } from './operator.ts'
import type { Mishap } from './plan.ts'
import type { Run } from './run.ts'

/** What befalls a host, or is done to it from outside of its calls, at the moment that the plan says. */
export function planMishap(run: Run, hosts: readonly Host[], mishap: Mishap): void {
  const { time, trace } = run
  if (mishap.what === 'operator') {
    time.after(mishap.at, () => void operate(run, idOf(mishap.key)))
    return
  }
  const host = hosts[mishap.machine] as Host
  const { machine } = host
  switch (mishap.what) {
    case 'crash':
      time.after(mishap.at, () => {
        trace?.(`${machine.name} crashes`)
        machine.crash()
      })
      return
    case 'crash_at':
      machine.dieAt = { point: mishap.point, passagesLeft: mishap.passage }
      return
    case 'suspend':
      time.after(mishap.at, () => {
        trace?.(`${machine.name} is suspended for ${mishap.forMs} ms`)
        machine.suspend()
      })
      time.after(mishap.at + mishap.forMs + 1, () => machine.resume())
      return
    case 'close':
      time.after(mishap.at, () =>
        machine.deliver(() => {
          host.closed = true
          host.closedAt = time.now
          void host.receipts.close()
        }),
      )
      return
    case 'recover_abandoned':
      time.after(mishap.at, () =>
        machine.deliver(() => void host.operation.recoverAbandoned().catch(() => undefined)),
      )
      return
  }
}
