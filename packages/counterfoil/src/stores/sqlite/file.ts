import type { StoreClock } from './clock.ts'
import { type Connection, openConnection } from './connection.ts'
import { type FaultContext, faultOf, spoilsConnection } from './faults.ts'

/** One thread's connection to the file: opened when first needed, and anew after a failure that may have spoilt it. */
export class File {
  readonly #context: FaultContext
  readonly #clock: StoreClock
  #connection: Connection | undefined

  constructor(context: FaultContext, clock: StoreClock) {
    this.#context = context
    this.#clock = clock
  }

  /** @throws SQLITE_BUSY where the file is new and another process is just creating it, or locks it for itself. */
  get connection(): Connection {
    this.#connection ??= openConnection(this.#context.path, this.#clock)
    return this.#connection
  }

  get opened(): Connection | undefined {
    return this.#connection
  }

  /** After an error: what to tell, and whether to start over with a fresh connection. */
  afterError(error: unknown): ReturnType<typeof faultOf> {
    const fault = faultOf(error, this.#context)
    if (spoilsConnection(fault.fault)) this.close()
    return fault
  }

  close(): void {
    const connection = this.#connection
    this.#connection = undefined
    try {
      connection?.database.close()
    } catch {
      // A handler has closed it already.
    }
  }
}
