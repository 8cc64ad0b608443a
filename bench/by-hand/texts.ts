import { hash } from 'node:crypto'
import type { Charge, Order } from '../payload.ts'

export const LEASE_MS = 30_000

export function valueIn(outcome: Uint8Array | string): Charge {
  return JSON.parse(typeof outcome === 'string' ? outcome : Buffer.from(outcome).toString()) as Charge
}

export function idOf(key: string): Uint8Array {
  return hash('sha256', key, 'buffer')
}

export function fingerprintOf(order: Order): string {
  return hash('sha256', JSON.stringify(order), 'hex')
}
