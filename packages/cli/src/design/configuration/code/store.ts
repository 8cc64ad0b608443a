import type { Answers } from '../../answers/answers.ts'
import type { Decision } from '../../decision/decision.ts'
import { literal } from './names.ts'

/** How the receipts are opened: what it imports, and its statements. */
export interface OpenedStore {
  readonly imports: readonly string[]
  readonly lines: readonly string[]
  /** What is left to close once the receipts are. */
  readonly closing: readonly string[]
  /** The type of a transaction, where the effect shares one; and whether its handler may be asynchronous. */
  readonly transaction?: { readonly type: string; readonly pace: 'sync' | 'async' }
}

export function storeCode({ store }: Answers, { guarantee }: Decision): OpenedStore {
  const from = `process.env.RECEIPTS_URL ?? ${literal(store.url)}`
  if (guarantee !== 'transactional') {
    return { imports: [], lines: receipts(`await openStore(${from})`), closing: [] }
  }
  return store.kind === 'sqlite' ? onSqlite(from) : onPostgres(store.url, from)
}

function onSqlite(from: string): OpenedStore {
  return {
    imports: [
      `import type { DatabaseSync } from 'node:sqlite'`,
      `import { sqliteStore } from 'counterfoil/sqlite'`,
    ],
    lines: receipts(`sqliteStore((${from}).replace(/^sqlite:(\\/\\/)?/, ''))`),
    closing: [],
    transaction: { type: 'DatabaseSync', pace: 'sync' },
  }
}

function onPostgres(url: string, from: string): OpenedStore {
  const options = new URLSearchParams(url.split('?')[1] ?? '')
  const names = [
    ['schema', options.get('schema')],
    ['tablePrefix', options.get('table-prefix')],
  ].flatMap(([name, value]) => (typeof value === 'string' ? [`${name}: ${literal(value)}`] : []))
  const where = names.length === 0 ? '' : `, { ${names.join(', ')} }`
  return {
    imports: [`import { postgresStore } from 'counterfoil/postgres'`, `import pg from 'pg'`],
    lines: [
      `const pool = new pg.Pool({ connectionString: ${from} })`,
      '// pg ends the process where nobody listens for an idle connection that is lost.',
      `pool.on('error', (error) => console.error(error.message))`,
      ...receipts(`postgresStore(pool${where})`),
    ],
    closing: ['await pool.end()'],
    transaction: { type: 'pg.PoolClient', pace: 'async' },
  }
}

function receipts(store: string): string[] {
  return [
    'const receipts = createReceipts({',
    `  store: ${store},`,
    '  // The same in all processes, and kept: every derived key has it in it.',
    `  secret: process.env.RECEIPTS_SECRET ?? '',`,
    '  // Neither a key nor an outcome is in an event: they can go into a log as they are.',
    '  onEvent: (event) => {',
    `    if (event.type === 'unsettled' || event.type === 'given_up' || event.type === 'entombed') console.error(event)`,
    '  },',
    '})',
  ]
}
