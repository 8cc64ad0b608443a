import type { Keys } from './keys.ts'
import type { Server } from './server.ts'

/** The server and the names under which this store keeps things in it. */
export interface Keyspace {
  readonly server: Server
  readonly keys: Keys
}
