import type { ReceiptStore } from '../../src/core/index.ts'

/** The store, with some of its verbs replaced. */
export function overStore(store: ReceiptStore, verbs: Partial<ReceiptStore>): ReceiptStore {
  return new Proxy(store, {
    get(target, name) {
      if (Object.hasOwn(verbs, name)) return Reflect.get(verbs, name)
      const member = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
