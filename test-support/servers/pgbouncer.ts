import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { environmentOf, findPrograms } from './programs.ts'
import { type RunningServer, startServer } from './server-process.ts'
import { own, readable, serverFolder, unprivileged } from './unprivileged.ts'

/** Starts a private PgBouncer in transaction mode before a PostgreSQL; its URL names the same database. */
export async function startPgBouncer(postgres: string): Promise<RunningServer> {
  const programs = await findPrograms({
    server: 'PgBouncer',
    programs: ['pgbouncer'],
    leastVersion: 1,
    debianPackage: 'pgbouncer',
    variable: 'COUNTERFOIL_TEST_PGBOUNCER_URL',
  })
  const folder = await serverFolder()
  const root = await readable(programs.root, folder)
  const configuration = join(folder, 'pgbouncer.ini')
  const url = (port: number): string => behind(postgres, `127.0.0.1:${port}`)
  return startServer({
    server: 'PgBouncer',
    stopSignal: 'SIGTERM',
    folder,
    async command(port) {
      await writeFile(configuration, configure(new URL(postgres), port))
      own(configuration)
      return [join(root, programs.bin, 'pgbouncer'), configuration]
    },
    options: { ...unprivileged, cwd: folder, env: environmentOf({ ...programs, root }) },
    url,
    answers: async (port) => (await configurationOf(url(port))) === configuration,
  })
}

/** The same database by another address. */
export function behind(databaseUrl: string, host: string): string {
  const url = new URL(databaseUrl)
  url.host = host
  return url.href
}

function configure({ hostname, port, username, password }: URL, listenPort: number): string {
  const login = [
    `user=${quote(username || 'postgres')}`,
    ...(password ? [`password=${quote(password)}`] : []),
  ]
  return `[databases]
* = host=${hostname} port=${port || 5432} ${login.join(' ')}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 500
default_pool_size = 20
`
}

function quote(encoded: string): string {
  return `'${decodeURIComponent(encoded).replaceAll("'", "''")}'`
}

/** Its console answers simple queries alone. */
async function configurationOf(url: string): Promise<unknown> {
  const console = new URL(url)
  console.pathname = '/pgbouncer'
  const client = new pg.Client({ connectionString: console.href })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<{ key: string; value: string }>('SHOW CONFIG')
    return rows.find(({ key }) => key === 'conffile')?.value
  } finally {
    await client.end()
  }
}
