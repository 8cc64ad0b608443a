import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Beside this file and not among the system's temporary ones: those may be kept in memory, where an fsync costs nothing. */
export async function inFolderOfItsOwn(run: (folder: string) => Promise<void>): Promise<void> {
  const parent = join(import.meta.dirname, '.tmp')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'run-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  process.once('exit', remove)
  await run(folder)
  remove()
}
