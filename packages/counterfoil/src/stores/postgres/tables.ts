import { openDriver } from './connect.ts'
import { unavailable } from './faults.ts'
import { migrate } from './migrate.ts'
import { migrationScript } from './migrations.ts'
import { type NameOptions, namesOf } from './names.ts'
import { checkedConnection, type PostgresConnection } from './options.ts'

const MIGRATES_WITHIN_MS = 600_000

/**
 * Creates the store's tables, or brings them up to this version. Safe to call from many processes at once: each step is
 * made once, in a transaction.
 *
 * @returns the versions that this call has applied; none where the tables were up to date.
 * @throws {StoreUnavailable} where the server can't be reached, refuses, or has tables of a newer version.
 */
export async function migrateTables(
  connection: PostgresConnection,
  options: NameOptions = {},
): Promise<readonly number[]> {
  const names = namesOf(options)
  const checked = checkedConnection(connection)
  try {
    const driver = await openDriver(checked, { answerWithinMs: MIGRATES_WITHIN_MS, maxConnections: 1 })
    try {
      return await migrate(driver, names)
    } finally {
      await driver.close()
    }
  } catch (error) {
    throw unavailable(error)
  }
}

/** The same as plain SQL, for a migration tool of your own: all of it, or what comes after a version. */
export function tablesScript(options: NameOptions = {}, afterVersion: number = 0): string {
  return migrationScript(namesOf(options), afterVersion)
}
