import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Load } from './load/load.ts'
import type { Place } from './running.ts'
import { servers } from './servers.ts'
import { startServer, startUpstream } from './start.ts'

/** Few enough that the log isn't begun anew meanwhile. */
const COUNTED_MS = 20

/** How many transactions of the gateway's SQLite file a first-time request costs, alone: counted in the file's log. */
export async function commitsPerRequest({ origin, folder: parent }: Place): Promise<number> {
  const folder = join(parent, 'commits')
  const load = new Load()
  const upstream = await startUpstream()
  const gateway = await startServer('gateway-sqlite', { origin, upstreamPort: upstream.port, folder })
  try {
    const { port, pid } = gateway
    const before = commitsIn(join(folder, 'receipts.db-wal'))
    const { requests } = await load.measure({
      ...servers['gateway-sqlite'].speaks,
      ...{ port, pid, workload: 'first-time', atOnce: 1, warmUpMs: 0, cellMs: COUNTED_MS },
    })
    const after = commitsIn(join(folder, 'receipts.db-wal'))
    if (before.salts !== after.salts) throw new Error('the log was begun anew while its commits were counted')
    return (after.commits - before.commits) / requests
  } finally {
    await Promise.all([gateway.end(), upstream.end(), load.end()])
  }
}

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

/** A commit is a frame that tells the size of the database after it (https://www.sqlite.org/fileformat.html, "The WAL File Format"). */
function commitsIn(path: string): { readonly salts: string; readonly commits: number } {
  const wal = readFileSync(path)
  if (wal.length < HEADER_BYTES) return { salts: '', commits: 0 }
  const frameBytes = FRAME_HEADER_BYTES + wal.readUInt32BE(8)
  const salts = wal.toString('hex', 16, 24)
  let commits = 0
  for (let at = HEADER_BYTES; at + frameBytes <= wal.length; at += frameBytes) {
    // What follows is left from an earlier log.
    if (wal.toString('hex', at + 8, at + 16) !== salts) break
    if (wal.readUInt32BE(at + 4) !== 0) commits += 1
  }
  return { salts, commits }
}
