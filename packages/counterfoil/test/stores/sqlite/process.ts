import { fenceOf } from '../../../src/core/index.ts'
import { sqliteStore } from '../../../src/stores/sqlite/index.ts'
import { requestWith } from '../../../src/testing/requests.ts'

// A process of its own on the same file: `process.ts <path> <key> <what it does>`.

const [path = '', key = '', what] = process.argv.slice(2)
const store = sqliteStore(path)

switch (what) {
  case 'claim when told': {
    await store.read(requestWith({ key }).id)
    process.send?.('ready')
    process.once('message', async () => {
      const decisions = await Promise.all(Array.from({ length: 25 }, () => store.claim(requestWith({ key }))))
      await store.close()
      process.send?.(decisions.map(({ kind }) => kind))
      process.disconnect()
    })
    break
  }
  case 'settle': {
    const decision = await store.claim(requestWith({ key }))
    if (decision.kind !== 'claimed') throw new Error(decision.kind)
    await store.settle(fenceOf(decision.receipt), { as: 'succeeded', outcome: new Uint8Array([1]) })
    await store.close()
    break
  }
  case 'end without closing': {
    // Many at once, so that the worker is started; and a watch, so that the poller runs.
    store.watch(requestWith({ key }).id, () => {})
    await Promise.all(Array.from({ length: 64 }, () => store.claim(requestWith())))
    break
  }
  default:
    throw new Error(`what is '${what}'?`)
}
