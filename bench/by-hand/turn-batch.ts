import type { Write } from './lane.ts'

export interface Waiting {
  readonly write: Write
  readonly resolve: (held: boolean) => void
}

/** Hands over, once in a turn of the event loop, all writes that have arrived in it. */
export function turnBatch(handOver: (batch: Waiting[]) => void): (write: Write) => Promise<boolean> {
  let batch: Waiting[] = []
  const flush = (): void => {
    const full = batch
    batch = []
    handOver(full)
  }
  return (write) =>
    new Promise((resolve) => {
      if (batch.push({ write, resolve }) === 1) setImmediate(flush)
    })
}
