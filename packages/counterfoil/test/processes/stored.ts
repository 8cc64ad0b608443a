import { DatabaseSync } from 'node:sqlite'
import { type ReceiptId, receiptId } from '../../src/core/index.ts'

export function idOf(key: string): ReceiptId {
  return receiptId({ tenant: 'acme', operation: 'charge', key })
}

/** Every column as it stands in the file, past all of the store's code. */
export function rowOf(file: string, id: ReceiptId): unknown {
  const select = 'SELECT * FROM counterfoil_receipts WHERE id = ?'
  return inFile(file, (database) => database.prepare(select).get(Buffer.from(id, 'hex')))
}

/** `ok`, or what is wrong with the file. */
export function integrityOf(file: string): unknown {
  return inFile(file, (database) => database.prepare('PRAGMA integrity_check').get()?.integrity_check)
}

function inFile<T>(file: string, look: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA busy_timeout = 5000')
    return look(database)
  } finally {
    database.close()
  }
}
