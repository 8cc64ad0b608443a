import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** What is fetched once, for every clone. */
export function cached(name: string): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'counterfoil', name)
}

/** Fills a folder beside the one that it becomes: what is there is whole. */
export async function fetchInto(place: string, fill: (folder: string) => Promise<void>): Promise<void> {
  mkdirSync(dirname(place), { recursive: true })
  const folder = mkdtempSync(`${place}-`)
  try {
    await fill(folder)
    rmSync(place, { recursive: true, force: true })
    renameSync(folder, place)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

const execute = promisify(execFile)

export async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  await execute(command, args, { cwd })
}
