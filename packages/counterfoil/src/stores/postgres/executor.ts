/** One row of an answer, by column. Every statement here makes a text of what is read, under a name of one lower-case word. */
export type Row = Readonly<Record<string, unknown>>

/**
 * Runs one statement and gives its rows. `$1`, `$2`, … stand for the values, which are texts, `Uint8Array`s (bytea) or
 * null. It is all that a store needs of a driver, and all that a transaction of the user's own has to offer.
 */
export interface Executor {
  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }>
}
