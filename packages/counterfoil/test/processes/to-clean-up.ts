import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Everything that this process has started or made and that must not outlive it.

const children = new Set<ChildProcess>()
const folders = new Set<string>()

export function freshTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-processes-'))
  folders.add(folder)
  return folder
}

export function mustNotOutlive(child: ChildProcess): void {
  children.add(child)
  child.once('exit', () => children.delete(child))
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  folders.delete(folder)
}

/** SIGKILL ends a stopped process too. */
export async function kill(child: ChildProcess): Promise<void> {
  if (!children.has(child)) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** What is there still, in words. */
export function leftBehind(): readonly string[] {
  return [
    ...[...children].map(({ pid }) => `process ${pid}`),
    ...[...folders].map((name) => `folder ${name}`),
  ]
}

// For a process that ends in the middle of a test: nobody waits for anything any more.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) removeFolder(folder)
})
