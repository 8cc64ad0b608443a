import { randomUUID } from 'node:crypto'
import type { TestContext } from 'vitest'
import {
  CounterfoilError,
  createReceipts,
  type Operation,
  type ReceiptStore,
  receiptId,
} from '../../src/index.ts'
import { openTcpProxy, type TcpProxy } from '../../src/testing/index.ts'
import { overStore } from '../processes/over-store.ts'

/** A server, and stores on it that share their receipts. */
export interface Server {
  readonly url: string
  /** A store with connections of its own, to the server or to a proxy before it; closed by its `close()`. */
  open(url: string, answerWithinMs: number): ReceiptStore | Promise<ReceiptStore>
  close(): Promise<void>
}

/** One key's request and outcome, and how often its effect has happened. */
export interface Order {
  readonly key: string
  readonly id: string
  readonly outcome: string
  effects: number
}

export function newOrder(): Order {
  const key = randomUUID()
  return {
    key,
    id: receiptId({ tenant: 'acme', operation: 'charge', key }),
    outcome: `${key} is charged`,
    effects: 0,
  }
}

const CALLERS = 3

/** A service with connections of its own, through a proxy of its own. */
export class CutService {
  readonly proxy: TcpProxy
  readonly #operation: Operation<string>
  readonly #waiting = new Map<string, () => void>()
  /** Claims and settles that its store rejected. */
  errors = 0

  private constructor(proxy: TcpProxy, store: ReceiptStore, test: TestContext, lease: '1s' | '20s') {
    this.proxy = proxy
    const receipts = createReceipts({
      store: overStore(store, {
        claim: (request) => this.#counted(store.claim(request)),
        settle: (...all) => this.#counted(store.settle(...all)),
      }),
      sweep: 'off',
      onEvent: (event) => {
        if (event.type === 'waiting') this.#waiting.get(event.id)?.()
      },
    })
    test.onTestFinished(async () => {
      await receipts.close()
      await proxy.close()
    })
    this.#operation = receipts.operation<string>('charge', {
      guarantee: 'at-most-once',
      ttl: '1h',
      lease,
      wait: '30s',
    })
  }

  static async start(
    test: TestContext,
    server: Server,
    answerWithinMs: number,
    as: { readonly lease: '1s' | '20s'; readonly store: (store: ReceiptStore) => ReceiptStore } = {
      lease: '20s',
      store: (store) => store,
    },
  ): Promise<CutService> {
    const { hostname, port } = new URL(server.url)
    const proxy = await openTcpProxy({ host: hostname, port: Number(port) })
    const store = await server.open(proxy.through(server.url), answerWithinMs)
    // It is connected before the first round: what is met there is a claim, and not the opening.
    await store.audit()
    return new CutService(proxy, as.store(store), test, as.lease)
  }

  /** Several callers at once, each with its value or the code of its error. */
  call(order: Order, during: () => Promise<void> = async () => {}): Promise<readonly string[]> {
    return Promise.all(Array.from({ length: CALLERS }, () => this.#answer(order, during)))
  }

  /** Once somebody waits here for the order. */
  waits(order: Order): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(order.id, resolve))
  }

  async #answer(order: Order, during: () => Promise<void>): Promise<string> {
    const { key, outcome } = order
    try {
      const { value, receipt } = await this.#operation.once(
        { tenant: 'acme', key, request: { key } },
        async () => {
          order.effects += 1
          await during()
          return outcome
        },
      )
      // Nobody has an outcome that the store doesn't have.
      return receipt === 'settled' ? value : receipt
    } catch (error) {
      if (error instanceof CounterfoilError) return error.code
      throw error
    }
  }

  async #counted<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      this.errors += 1
      throw error
    }
  }
}
