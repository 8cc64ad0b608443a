import type { ClaimValues, Row, SettleValues } from './table.ts'

export type Write =
  | { readonly do: 'claim'; readonly values: ClaimValues }
  | { readonly do: 'settle'; readonly values: SettleValues }

/** How the two conditional writes get into the file. */
export interface Lane {
  /** Whether its condition held. Answered after the fsync. */
  write(write: Write): boolean | Promise<boolean>
  read(id: Uint8Array): Row | undefined | Promise<Row | undefined>
  close(): Promise<void>
}
