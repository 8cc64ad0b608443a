import { mkdtemp, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type PlaceApart, StoreUnavailable } from '../../core/index.ts'

/**
 * A file in a new folder beside the store's: on the same file system, whose locks and fsync are the same. The store's own
 * file is not opened.
 */
export async function fileApart(path: string): Promise<PlaceApart> {
  const beside = dirname(resolve(path))
  const folder = await mkdtemp(join(beside, 'counterfoil-prove-')).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    const advice = `needs a folder of its own in ${beside}, and can't make one (${code})`
    throw new StoreUnavailable('SQLite', 'read_only', advice, { cause: error })
  })
  return {
    url: `sqlite://${join(folder, 'receipts.db')}`,
    name: `the folder ${folder}`,
    network: { kind: 'none' },
    clock: 'host',
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
