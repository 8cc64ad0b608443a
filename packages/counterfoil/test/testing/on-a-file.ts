import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReceiptStore } from '../../src/core/index.ts'
import type { StoreUnderTest } from '../../src/testing/index.ts'

/** A file in a folder of its own, removed afterwards. A process that outlives its case fails it. */
export async function onAFile(
  open: (path: string) => ReceiptStore,
  processScript: URL,
  scriptArguments: readonly string[],
  use: (subject: StoreUnderTest) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-'))
  const path = join(folder, 'receipts.db')
  const children: ChildProcess[] = []
  try {
    await use({
      open: async () => open(path),
      startProcess: () => {
        const child = fork(processScript, [path, ...scriptArguments], {
          execArgv: ['--conditions=@counterfoil/source'],
        })
        children.push(child)
        return child
      },
    })
    const left = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    if (left.length > 0) throw new Error(`${left.length} processes outlived their case`)
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}
