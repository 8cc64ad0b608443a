import type { Charge, Order } from './payload.ts'

/** Whoever makes a call safe to retry, opened on files of its own. */
export interface Contender {
  /** A call that may be the first with its key. */
  call(key: string, order: Order): Promise<Answer>
  /** A call whose key has an outcome. */
  retry(key: string, order: Order): Promise<Answer>
  close(): Promise<void>
}

export interface Answer {
  readonly value: Charge
  readonly replayed: boolean
}

export type OpenContender = (folder: string) => Contender

/** In the order in which they run and are shown. */
export const contenderNames = ['memory', 'sqlite', 'by-hand', 'grouped', 'grouped-worker'] as const
export type ContenderName = (typeof contenderNames)[number]

export const contenderTitles: Readonly<Record<ContenderName, string>> = {
  memory: 'Counterfoil, memory',
  sqlite: 'Counterfoil, SQLite',
  'by-hand': 'by hand, a transaction a step',
  grouped: 'by hand, grouped',
  'grouped-worker': 'by hand, grouped in a worker',
}
