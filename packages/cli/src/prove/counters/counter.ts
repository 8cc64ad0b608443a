/** How many effects a key has had. What it throws is one sentence without a secret: it stands in the report. */
export interface Counter {
  count(key: string): Promise<number>
  close(): Promise<void>
}

/** Stands for the key in whatever asks for the count. */
export const PLACE_OF_KEY = '{key}'

/** A counter that doesn't answer would stop the whole proof. */
export const COUNT_WITHIN_MS = 30_000
