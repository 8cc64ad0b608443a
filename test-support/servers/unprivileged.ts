import { chownSync, statSync } from 'node:fs'
import { cp, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** PostgreSQL and PgBouncer refuse to run as root: they run as nobody then. */
export const unprivileged: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** A new temporary folder, in which whoever the servers run as may write. */
export async function serverFolder(): Promise<string> {
  const folder = await mkdtemp(join(isOpenToAll(tmpdir()) ? tmpdir() : '/tmp', 'counterfoil-server-'))
  own(folder)
  return folder
}

/** Gives a file to whoever the servers run as. */
export function own(path: string): void {
  const { uid, gid } = unprivileged
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
}

/** The folder, or a copy of it below `beside` where whoever the servers run as can't read it: in a clone below /root. */
export async function readable(folder: string, beside: string): Promise<string> {
  if (isOpenToAll(folder)) return folder
  const copy = join(beside, 'programs')
  await cp(folder, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

function isOpenToAll(folder: string): boolean {
  if (unprivileged.uid === undefined) return true
  for (let path = folder; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false
    if (path === dirname(path)) return true
  }
}
