import { relative } from 'node:path'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import { keeperVariable, type NotRun, notRunPath } from './servers/keeper.ts'

/**
 * Ends the run with one plain line, `N passed, N failed, N skipped`, for whoever reads it with a program; before it, where
 * servers are missing, one that says which files did not run.
 */
export default class ClosingLineReporter implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): Promise<void> {
    const count = { passed: 0, failed: errors.length, skipped: 0 }
    for (const module of modules) {
      // A module or suite may fail outside any test: at import, or in a hook.
      count.failed += module.errors().length
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        count[state === 'pending' ? 'skipped' : state] += 1
      }
    }
    const notRun = await filesNotRun()
    if (notRun.length > 0) process.stdout.write(`Not run: ${notRun.map(describe).join('; ')}\n`)
    process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`)
  }
}

async function filesNotRun(): Promise<readonly NotRun[]> {
  const keeper = process.env[keeperVariable]
  if (keeper === undefined) return []
  return (await (await fetch(`${keeper}/${notRunPath}`)).json()) as readonly NotRun[]
}

function describe({ files, sentence }: NotRun): string {
  return `${files.map((file) => relative(process.cwd(), file)).join(', ')} (${sentence})`
}
