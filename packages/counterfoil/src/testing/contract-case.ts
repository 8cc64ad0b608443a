import type { ChildProcess } from 'node:child_process'
import type { ReceiptStore } from '../core/index.ts'

/** One thing that a receipt store must do. It throws a `ContractViolation` where the store does otherwise. */
export interface ContractCase {
  readonly topic: ContractTopic
  /** A sentence about behaviour. */
  readonly name: string
  /** `processes`: run it only where the subject can start some, and say so where it can't. */
  readonly needs: 'processes' | null
  /** @param subject with no receipts in it: each case counts what it finds. */
  run(subject: StoreUnderTest): Promise<void>
}

export const contractTopics = [
  'claim table',
  'settle table',
  'by-hand table',
  'sweep table',
  'lost answers',
  'zombies',
  'doubt',
  'steps',
  'lists',
  'outcomes',
  'hostile keys',
  'watch',
  'close',
  'random histories',
  'sweep races',
  'storms',
  'process storms',
] as const

export type ContractTopic = (typeof contractTopics)[number]

/** The store that is held to the contract: one set of data, reached in several ways. */
export interface StoreUnderTest {
  /** Another handle to the data: a connection of its own, or the same handle where the store has no other. */
  open(): Promise<ReceiptStore>
  /**
   * Starts a process, with an IPC channel, that opens the same data and calls `serveStorm` with it. Absent where
   * the data cannot leave its process.
   */
  readonly startProcess?: () => ChildProcess
}

/** Gives a case its own handles, and closes them whatever happens. */
export async function withHandles(
  subject: StoreUnderTest,
  count: number,
  use: (handles: readonly [ReceiptStore, ...ReceiptStore[]]) => Promise<void>,
): Promise<void> {
  const handles: ReceiptStore[] = []
  try {
    while (handles.length < count) handles.push(await subject.open())
    await use(handles as [ReceiptStore, ...ReceiptStore[]])
  } finally {
    for (const handle of new Set(handles)) await handle.close()
  }
}
