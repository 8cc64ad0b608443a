import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freshTemporaryFolder, mustNotOutlive } from './to-clean-up.ts'
import type { WorkerTerms } from './worker-messages.ts'

// What a test is when it breaks off: one worker runs, another is stopped, and their folder is full.

const folder = freshTemporaryFolder()
const terms: WorkerTerms = {
  file: join(folder, 'receipts.db'),
  ledger: join(folder, 'ledger'),
  guarantee: 'at-most-once',
  leaseMs: 1000,
}
const workers = ['runs', 'is stopped'].map(() =>
  fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [JSON.stringify(terms)], {
    execArgv: ['--conditions=@counterfoil/source'],
  }),
)
for (const worker of workers) mustNotOutlive(worker)
await Promise.all(workers.map((worker) => once(worker, 'message')))
workers[1]?.kill('SIGSTOP')
process.send?.({ folder, pids: workers.map(({ pid }) => pid) }, () => process.exit(1))
