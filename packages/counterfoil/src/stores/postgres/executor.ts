/** One row of an answer, by column. Every statement here makes a text of what is read, under a name of one lower-case word. */
export type Row = Readonly<Record<string, unknown>>

/**
 * Runs one statement and gives its rows. `$1`, `$2`, … stand for the values, which are texts, `Uint8Array`s (bytea) or
 * null. It is all that a store needs of a driver, and all that a transaction of the user's own has to offer.
 */
export interface Executor {
  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }>
  /** How long a write waits for a row that somebody holds. Absent in a transaction of the user's, whose setting holds. */
  readonly lockTimeoutMs?: number
}

/** The value of `lock_timeout` for `bound`. */
export function lockTimeoutOf({ lockTimeoutMs }: Executor): string | null {
  return lockTimeoutMs === undefined ? null : String(lockTimeoutMs)
}

/** Sets it for the rest of the statement, before the rows that are joined with this are locked. */
export function bound(value: string): string {
  return `(SELECT CASE WHEN ${value}::text IS NOT NULL THEN set_config('lock_timeout', ${value}::text, true) END OFFSET 0) AS bound`
}
