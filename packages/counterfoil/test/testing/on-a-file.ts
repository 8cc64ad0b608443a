import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReceiptStore } from '../../src/core/index.ts'
import type { StoreUnderTest } from '../../src/testing/index.ts'
import { withProcesses } from './with-processes.ts'

/** A file in a folder of its own, removed afterwards. */
export async function onAFile(
  open: (path: string) => ReceiptStore,
  processScript: URL,
  scriptArguments: readonly string[],
  use: (subject: StoreUnderTest) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-'))
  const path = join(folder, 'receipts.db')
  try {
    await withProcesses(processScript, [path, ...scriptArguments], (startProcess) =>
      use({ open: async () => open(path), startProcess }),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
