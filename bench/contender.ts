import type { Charge, Order } from './payload.ts'
import type { ServerUrls } from './servers/urls.ts'

/** Whoever makes a call safe to retry, opened on files, a schema or a prefix of its own. */
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

/** Where a contender may work. */
export interface Place extends ServerUrls {
  /** On the disk that is measured. */
  readonly folder: string
}

export type OpenContender = (place: Place) => Contender | Promise<Contender>
