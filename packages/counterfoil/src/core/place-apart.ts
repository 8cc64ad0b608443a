/** A place of its own on the server or disk of a store: empty, under the store's settings, and with none of its receipts. */
export interface PlaceApart {
  /** Opens it, by `openStore`. It may hold a password. */
  readonly url: string
  /** Where it is, without secrets: `the schema counterfoil_prove_5f2c…`. */
  readonly name: string
  readonly network: StoreNetwork
  /** Whose clock leases and expiry go by. */
  readonly clock: 'server' | 'host'
  /** Removes the place with all that was kept in it, and nothing else. */
  remove(): Promise<void>
}

export type StoreNetwork =
  /** One server, which another address may stand for: a proxy's. */
  | {
      readonly kind: 'one server'
      readonly host: string
      readonly port: number
      /** Opens the same place by another address. */
      through(host: string, port: number): string
    }
  /** A sentence says why no other address can stand for its server. */
  | { readonly kind: 'bound'; readonly why: string }
  /** Nothing lies between it and who opens it. */
  | { readonly kind: 'none' }
