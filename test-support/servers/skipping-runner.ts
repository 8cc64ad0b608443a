import { type RunnerTask, type RunnerTestSuite, TestRunner } from 'vitest'
import { notRun } from './index.ts'
import { ServerMissing } from './server-missing.ts'

/**
 * Skips what asked for a server that a developer's machine can't have, in a test or in a hook of its suite, and has the
 * run say so at its end. In CI it is the failure that it is.
 */
export default class SkippingRunner extends TestRunner {
  override async onAfterRunTask(test: RunnerTask): Promise<void> {
    super.onAfterRunTask(test)
    await skipIfMissing(test)
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    await super.onAfterRunSuite(suite)
    await skipIfMissing(suite)
  }
}

async function skipIfMissing(task: RunnerTask): Promise<void> {
  const error = task.result?.errors?.find(({ name }) => name === ServerMissing.name)
  if (error === undefined || process.env.CI) return
  task.mode = 'skip'
  task.result = { state: 'skip' }
  await notRun(task.file.filepath, error.message)
}
