import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { PATIENCE_MS } from './counts.ts'
import { kill, mustNotOutlive } from './to-clean-up.ts'

it('a test process that ends in the middle of a test leaves no process and no folder behind', async () => {
  const test = fork(fileURLToPath(new URL('./ends-in-the-middle.ts', import.meta.url)), {
    execArgv: ['--conditions=@counterfoil/source'],
  })
  mustNotOutlive(test)
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const gone = once(test, 'exit', { signal })
    const [{ folder, pids }] = (await once(test, 'message', { signal })) as [
      { folder: string; pids: readonly number[] },
    ]
    expect(pids).toHaveLength(2)
    expect(await gone).toEqual([1, null])
    expect(existsSync(folder)).toBe(false)
    const endsBy = performance.now() + PATIENCE_MS
    // A killed process is there until its new parent has seen it end.
    while (pids.some(isAlive)) {
      if (performance.now() > endsBy) throw new Error(`of the processes ${pids} one outlived its test`)
      await new Promise((resolve) => setImmediate(resolve))
    }
  } finally {
    await kill(test)
  }
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
