import type { ReceiptStore } from 'counterfoil'

/** What the engine asked its store for, by verb. */
export type Calls = Readonly<Record<'claim' | 'read' | 'settle' | 'renew' | 'watch', number>>

/** The store, counted. */
export function counted(store: ReceiptStore): { readonly store: ReceiptStore; calls(): Calls } {
  const calls = { claim: 0, read: 0, settle: 0, renew: 0, watch: 0 }
  const counting = new Proxy(store, {
    get(target, verb) {
      const value: unknown = Reflect.get(target, verb)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (verb in calls) calls[verb as keyof typeof calls] += 1
        return value.apply(target, args)
      }
    },
  })
  return { store: counting, calls: () => ({ ...calls }) }
}
