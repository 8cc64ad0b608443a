import type { ReceiptStore } from '../../core/index.ts'
import { runStorm } from './run-storm.ts'
import { skewWallClock } from './skewed-clock.ts'
import type { StormEvent } from './storm-event.ts'
import type { StormPlan } from './storm-plan.ts'

/** From the suite to a process. */
export type StormOrder = { readonly order: 'storm'; readonly plan: StormPlan } | { readonly order: 'leave' }

/** From a process to the suite. */
export type StormReport =
  | { readonly report: 'ready' }
  | { readonly report: 'done'; readonly events: readonly StormEvent[] }
  | { readonly report: 'broken'; readonly why: string }

/**
 * A process's whole part in the storms: it runs what the suite tells it, over its own connection, until it is told
 * to leave.
 *
 * @example
 * // store-process.ts, started by `fork(new URL('./store-process.ts', import.meta.url), [path])`
 * import { serveStorm } from 'counterfoil/testing'
 * import { sqliteStore } from 'counterfoil/sqlite'
 *
 * serveStorm(sqliteStore(process.argv[2]))
 */
export function serveStorm(store: ReceiptStore): void {
  const report = (message: StormReport): void => {
    process.send?.(message)
  }
  process.on('message', async (order: StormOrder) => {
    try {
      if (order.order === 'storm') {
        skewWallClock(order.plan.clockSkewMs ?? 0)
        report({ report: 'done', events: await runStorm(store, order.plan) })
      } else {
        await store.close()
        process.disconnect()
      }
    } catch (error) {
      report({
        report: 'broken',
        why: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    }
  })
  // The suite is gone: nobody will say any more that it is over.
  process.on('disconnect', () => process.exit())
  report({ report: 'ready' })
}
