import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { type ClaimRequest, type Fence, fenceOf, type ReceiptStore } from '../../../src/core/index.ts'
import { type SqliteStoreOptions, sqliteStore } from '../../../src/stores/sqlite/index.ts'

/** A folder of the test's own. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-sqlite-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function newPath(): string {
  return join(newFolder(), 'receipts.db')
}

/** A store that is closed with the test. */
export function openAt(path: string, options: SqliteStoreOptions = {}): ReceiptStore {
  const store = sqliteStore(path, options)
  onTestFinished(() => store.close())
  return store
}

/** Another program's connection to the same file. */
export function strangerAt(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  onTestFinished(() => {
    if (database.isOpen) database.close()
  })
  return database
}

/** Claimed, and under which fence. */
export async function claimed(store: ReceiptStore, request: ClaimRequest): Promise<Fence> {
  const decision = await store.claim(request)
  if (decision.kind !== 'claimed') throw new Error(`not claimed: ${decision.kind}`)
  return fenceOf(decision.receipt)
}

/** What a verb rejected with: its fault, and its one sentence. */
export async function faultOf(call: Promise<unknown>): Promise<{ fault: unknown; message: string }> {
  try {
    await call
  } catch (error) {
    const { fault, message } = error as { fault?: unknown; message: string }
    return { fault, message }
  }
  throw new Error('nothing was rejected')
}

export const outcome: Uint8Array = new TextEncoder().encode('paid')
