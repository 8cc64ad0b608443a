import { createReceipts, type Operation } from 'counterfoil'
import { memoryStore } from 'counterfoil/memory'

/** What each application puts before its route. */
export const charge: Operation<never> = createReceipts({ store: memoryStore() }).operation('POST /charges', {
  guarantee: 'at-most-once',
})

/** The same application is measured as it is, and with Counterfoil before its route. */
export const isBare: boolean = process.argv[2] === 'bare'
