import type { ReceiptStore } from '../../../src/core/index.ts'

/** The store, with some verbs replaced. */
export function withVerbs(store: ReceiptStore, verbs: Partial<ReceiptStore>): ReceiptStore {
  return new Proxy(store, {
    get(target, name) {
      const verb: unknown = Reflect.get(name in verbs ? verbs : target, name)
      return typeof verb === 'function' ? verb.bind(name in verbs ? verbs : target) : verb
    },
  })
}
