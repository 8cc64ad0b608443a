import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { kill, mustNotOutlive } from '../processes/to-clean-up.ts'
import type { WorkerTerms } from './worker-terms.ts'

/** A service in a process of its own; killed with the test. */
export function startWorker(terms: WorkerTerms): ChildProcess {
  const worker = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [JSON.stringify(terms)], {
    execArgv: ['--conditions=@counterfoil/source'],
  })
  mustNotOutlive(worker)
  onTestFinished(() => kill(worker))
  return worker
}
