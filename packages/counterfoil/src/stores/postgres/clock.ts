/**
 * The server's clock in whole milliseconds, rounded up, as every time here is. `clock_timestamp()` goes on while a
 * statement or a transaction lasts; `now()` is frozen at the transaction's start, and a lease reckoned from it would
 * be shorter by all that came before ("Date/Time Functions and Operators", 9.9.5).
 */
export const CLOCK_MS = 'ceil(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

/**
 * The moment at which the server began with the statement, on the same clock: never after its snapshot, where the
 * statement writes anything. What is decided without writing is decided on this time; claim.ts says why.
 */
export const STATEMENT_MS = 'ceil(extract(epoch FROM statement_timestamp()) * 1000)::bigint'
