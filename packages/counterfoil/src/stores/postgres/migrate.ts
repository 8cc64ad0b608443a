import { hash } from 'node:crypto'
import { StoreUnavailable } from '../../core/index.ts'
import type { Executor } from './executor.ts'
import { IsReplica, SchemaMismatch, sqlStateOf } from './faults.ts'
import { createSchema, type Migration, migrations, SCHEMA_VERSION } from './migrations.ts'
import { literal, type Names } from './names.ts'

/**
 * Brings the tables up to this version, each migration in a transaction of its own under one advisory lock: any number
 * of processes may do it at once, and each step is done once.
 *
 * @returns the versions that were applied by this call.
 */
export async function migrate(executor: Executor, names: Names): Promise<readonly number[]> {
  const before = await versionOf(executor, names)
  if (before !== undefined && before > SCHEMA_VERSION) throw new SchemaMismatch(names.plainSchema, before)
  const missing = migrations(names).filter(({ version }) => version > (before ?? 0))
  try {
    for (const migration of missing) await executor.query(migrateText(names, migration), [])
  } catch (error) {
    if (sqlStateOf(error) !== '42501') throw error
    throw new StoreUnavailable(
      'PostgreSQL',
      'read_only',
      `may not create tables in the schema '${names.plainSchema}'; let their owner run 'counterfoil receipts migrate', or give this user CREATE on the schema`,
    )
  }
  return missing.map(({ version }) => version)
}

/** @throws {SchemaMismatch} where the tables are not of this version, {IsReplica} where they lag behind another server's. */
export async function assertSchema(executor: Executor, names: Names): Promise<void> {
  const { rows } = await executor.query('SELECT pg_is_in_recovery()::text AS replica', [])
  if (rows[0]?.replica === 'true') throw new IsReplica()
  const found = await versionOf(executor, names)
  if (found !== SCHEMA_VERSION) throw new SchemaMismatch(names.plainSchema, found)
}

async function versionOf(executor: Executor, names: Names): Promise<number | undefined> {
  try {
    const { rows } = await executor.query(`SELECT max(version)::text AS version FROM ${names.migrations}`, [])
    return rows[0]?.version === null ? undefined : Number(rows[0]?.version)
  } catch (error) {
    const code = sqlStateOf(error)
    if (code === '42P01' || code === '3F000') return undefined
    throw error
  }
}

/**
 * One statement, and so one transaction, whatever the driver. The lock is held to its end; whoever waited for it finds
 * the version recorded, and does nothing.
 */
function migrateText(names: Names, { version, sql }: Migration): string {
  const tag = `$counterfoil_${hash('sha256', sql, 'hex').slice(0, 16)}$`
  return `
DO ${outer(tag)}
DECLARE applied boolean := false;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('${names.channel}', 0));
  ${names.plainSchema === 'public' ? '' : schemaText(names)}
  IF to_regclass(${literal(names.migrations)}) IS NOT NULL THEN
    SELECT EXISTS (SELECT FROM ${names.migrations} WHERE version >= ${version}) INTO applied;
  END IF;
  IF NOT applied THEN
    EXECUTE ${tag}${sql}${tag};
  END IF;
END
${outer(tag)}`
}

function outer(tag: string): string {
  return `${tag.slice(0, -1)}_whole$`
}

function schemaText(names: Names): string {
  return `IF to_regnamespace(${literal(names.schema)}) IS NULL THEN ${createSchema(names)}; END IF;`
}
