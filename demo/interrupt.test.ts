import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

it('ends every process and removes its folder when it is interrupted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-interrupt-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const demo = spawn(process.execPath, ['--conditions=@counterfoil/source', main], {
    env: { ...process.env, TMPDIR: folder, TEMP: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void demo.kill('SIGKILL'))
  for await (const text of demo.stdout.setEncoding('utf8')) {
    if (String(text).includes('they go')) break
  }
  expect(readdirSync(folder)).toHaveLength(1)

  demo.stderr.resume()
  demo.kill('SIGINT')
  // `close` comes once nobody holds the other end of standard error, and every worker has it.
  const [code] = await once(demo, 'close')
  expect(code).toBe(130)
  expect(readdirSync(folder)).toEqual([])
})
