import type { ReceiptStore } from '../../core/index.ts'
import { fenceOf } from '../../core/index.ts'
import { type ContractCase, withHandles } from '../contract-case.ts'
import { byHand, firstFence, released, requestWith, retryOf, succeeded } from '../requests.ts'
import { ContractViolation, expectSame, expectThat } from '../violation.ts'

/** Nobody is told in no time; a store that takes longer tells nobody. */
const SOON_MS = 10_000

type Change = (store: ReceiptStore) => Promise<unknown>

export const watches: readonly ContractCase[] = [
  {
    topic: 'watch',
    name: 'whoever watches is woken by every change of state, also by another connection',
    needs: null,
    run: (subject) =>
      withHandles(subject, 2, async ([watcher, writer = watcher]) => {
        const request = requestWith()
        const second = retryOf(request)
        const { id } = request
        const changes: readonly Change[] = [
          (store) => store.claim(request),
          (store) => store.settle(firstFence(request), released()),
          (store) => store.claim(second),
          (store) => store.yield({ ...firstFence(second), incarnation: request.incarnation, attempt: 2 }, 0),
          (store) =>
            store.changeByHand(
              { id, incarnation: request.incarnation, attempt: 2, state: 'in_progress' },
              byHand({ do: 'release' }),
            ),
        ]
        for (const [index, change] of changes.entries())
          await expectWoken(watcher, writer, id, `change ${index + 1}`, change)
        const last = await writer.claim(retryOf(request))
        expectThat(last.kind === 'claimed', 'claimed', last)
        await expectWoken(watcher, writer, id, 'a success', (store) =>
          store.settle(fenceOf(last.receipt), succeeded()),
        )
      }),
  },
  {
    topic: 'watch',
    name: 'every watch of a receipt is woken, and none once it has stopped',
    needs: null,
    run: (subject) =>
      withHandles(subject, 2, async ([watcher, writer = watcher]) => {
        const request = requestWith()
        let wakesAfterStop = 0
        let stopped = false
        const first = watcher.watch(request.id, () => {
          if (stopped) wakesAfterStop += 1
        })
        const others = [wakeUp(watcher, request.id), wakeUp(watcher, request.id)]
        first.stop()
        stopped = true
        // A second stop is no stop of somebody else's.
        first.stop()
        await changedWhileUnseen(writer, request.id, async () => writer.claim(request))
        for (const other of others) await other.woken
        for (const other of others) other.stop()
        expectSame('wake-ups after the stop', 0, wakesAfterStop)
      }),
  },
]

async function expectWoken(
  watcher: ReceiptStore,
  writer: ReceiptStore,
  id: string,
  what: string,
  change: Change,
): Promise<void> {
  const wake = wakeUp(watcher, id)
  try {
    // As the contract asks: a change that came before the watch stood may go untold.
    await watcher.read(id)
    await change(writer)
    await wake.woken
  } catch (error) {
    if (error instanceof ContractViolation) error.message = `${what}: ${error.message}`
    throw error
  } finally {
    wake.stop()
  }
}

async function changedWhileUnseen(
  writer: ReceiptStore,
  id: string,
  change: () => Promise<unknown>,
): Promise<void> {
  await writer.read(id)
  await change()
}

function wakeUp(store: ReceiptStore, id: string): { readonly woken: Promise<void>; stop(): void } {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const watch = store.watch(id, resolve)
  const bound = setTimeout(
    () => reject(new ContractViolation(`nobody was woken within ${SOON_MS} ms`)),
    SOON_MS,
  )
  return {
    woken: promise.finally(() => clearTimeout(bound)),
    stop: () => {
      clearTimeout(bound)
      watch.stop()
    },
  }
}
