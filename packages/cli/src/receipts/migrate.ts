import { CommandError } from '../command-error.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { counted } from '../terminal/size.ts'
import { type StoreOption, storeUrl } from './open-store.ts'

export interface MigrateOptions extends StoreOption {
  readonly print?: boolean
}

/** Creates or upgrades the tables of a store on a database server, or prints the SQL that does. */
export async function migrate(options: MigrateOptions, io: Io): Promise<ExitCode> {
  const url = storeUrl(io, options)
  if (!/^postgres(ql)?:/i.test(url)) {
    throw new CommandError(
      exitCodes.usage,
      'Only a store on a PostgreSQL server has tables to migrate: give --store postgres://host/database; a SQLite store makes its own, and Redis has none.',
    )
  }
  const { migrateTables, readUrl, tablesScript } = await import('counterfoil/postgres')
  const { connection, options: named } = readUrl(url)
  if (options.print) {
    await io.stdout.write(tablesScript(named))
    return exitCodes.ok
  }
  const applied = await migrateTables(connection, named)
  await io.stdout.write(
    applied.length === 0
      ? 'The tables are up to date: nothing was changed.\n'
      : `Applied ${counted(applied.length, 'migration')}: ${applied.join(', ')}.\n`,
  )
  return exitCodes.ok
}
