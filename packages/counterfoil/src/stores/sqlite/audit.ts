import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Finding, fact, refusal, warning } from '../../core/index.ts'
import { MARK_EVERY_MS } from './clock.ts'
import type { Connection } from './connection.ts'

/** What holds on this very file: asked of SQLite and the system now, not recited from the settings. */
export function audit({ database }: Connection, path: string): Finding[] {
  const ask = (name: string): unknown => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]
  const version = database.prepare('SELECT sqlite_version() AS version').get()?.version
  return [
    ask('journal_mode') === 'wal'
      ? fact('The journal is a write-ahead log: readers and the writer do not hold each other up.')
      : refusal(
          `The journal mode of ${path} is ${String(ask('journal_mode'))} and not WAL: another program changed it; close it and open the store again.`,
        ),
    Number(ask('synchronous')) >= FULL
      ? fact(
          'Every answer comes after an fsync of the log (synchronous = FULL): a crash of the process, the system or the power loses nothing that was answered, as far as the disk keeps what it acknowledges.',
        )
      : refusal(
          'SQLite does not wait for the disk (synchronous is below FULL): a power cut may forget a claim that was answered.',
        ),
    fact(
      'It survives one host: the receipts are on one disk, and are lost with it unless that is backed up.',
    ),
    fact(`Several processes on this host may share ${path}; one writes at a time.`),
    fileSystemOf(path),
    fact(
      `Time is this host's clock, never running backwards: after a step back of any size it goes on from the latest time marked in the file, to within ${MARK_EVERY_MS / 1000} s; a step forwards ends leases that much early.`,
    ),
    fact(`SQLite ${String(version)}.`),
  ]
}

const FULL = 2

/** `f_type` of the file systems on which several hosts could share the file: statfs(2). */
const network: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB2',
  16914839: '9p',
  1702057286: 'FUSE',
  12805120: 'Ceph',
  1397113167: 'AFS',
  1196443219: 'GPFS',
  198183888: 'Lustre',
}

/** WAL needs memory that its processes share, which no network gives them: wal.html §1. */
function fileSystemOf(path: string): Finding {
  const name = process.platform === 'linux' ? networkName(path) : undefined
  if (name !== undefined) {
    return warning(
      `${path} is on ${name}: SQLite's locks and its write-ahead log are only sound on a local disk; move it there, or use a server's store.`,
    )
  }
  return process.platform === 'linux'
    ? fact('The file system is none that is known to be shared over a network.')
    : fact('Whether the file is on a network was not looked up on this system: keep it on a local disk.')
}

function networkName(path: string): string | undefined {
  try {
    return network[statfsSync(dirname(path)).type >>> 0]
  } catch {
    return undefined
  }
}
