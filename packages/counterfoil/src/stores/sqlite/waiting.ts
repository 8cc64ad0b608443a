import type { Answer, Write } from './write.ts'

/** A write, and the caller who waits for its answer. */
export interface Waiting {
  readonly write: Write
  resolve(answer: Answer): void
  reject(error: unknown): void
}
