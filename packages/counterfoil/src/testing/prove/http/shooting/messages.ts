import type { Destination, Hit, Shot } from './shot.ts'

/** Each body once, however many requests carry it. */
export interface PackedShot extends Omit<Shot, 'body'> {
  readonly body: number
}

export type ShooterOrder =
  | { readonly order: 'aim'; readonly destination: Destination; readonly index: number }
  | {
      readonly order: 'load'
      readonly volley: number
      readonly shots: readonly PackedShot[]
      readonly bodies: readonly Uint8Array[]
    }
  /** `at` of the clock that all processes share. */
  | { readonly order: 'fire'; readonly volley: number; readonly at: number }

export type ShooterReport =
  | { readonly report: 'loaded'; readonly volley: number }
  | { readonly report: 'sent'; readonly volley: number; readonly shot: number; readonly at: number }
  | { readonly report: 'hit'; readonly volley: number; readonly shot: number; readonly hit: Hit }

export function pack(shots: readonly Shot[]): {
  readonly packed: readonly PackedShot[]
  readonly bodies: readonly Uint8Array[]
} {
  const bodies = [...new Set(shots.map(({ body }) => body))]
  return { packed: shots.map((shot) => ({ ...shot, body: bodies.indexOf(shot.body) })), bodies }
}
