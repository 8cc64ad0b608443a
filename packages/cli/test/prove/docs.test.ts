import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { newFolder } from './world.ts'

const root = join(import.meta.dirname, '../../../..')
const node = `'${process.execPath}' --conditions=@counterfoil/source`

it('the minute to first use finds what the page says that it finds', async () => {
  const page = readFileSync(join(root, 'docs/prove.md'), 'utf8')
  const [start, fire] = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, lines]) => lines ?? '')
  const said = /^```text\n(.*?)^```/ms.exec(page)?.[1]
  const folder = newFolder()
  const origin = await started(start ?? '', folder)
  const command = (fire ?? '')
    .replace('npx counterfoil', `${node} ${join(root, 'packages/cli/src/main.ts')}`)
    .replace('http://127.0.0.1:3000', origin)
  const ended = await promisify(execFile)('sh', ['-c', command], { cwd: folder }).catch((error) => error)
  expect(verdictLines(ended.stdout)).toBe(said)
  expect(ended.code).toBe(3)
  expect(existsSync(join(folder, 'out/report.html'))).toBe(true)
})

it('the table of the scenarios is what the scenarios say', async () => {
  const script = join(root, 'scripts/prove-scenarios.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@counterfoil/source', script])
  expect(stdout).toBe('prove scenarios: docs/prove.md is up to date\n')
})

async function started(line: string, cwd: string): Promise<string> {
  const command = line.replace('npx node ', `exec ${node} ${root}/`)
  const child = spawn('sh', ['-c', command], {
    cwd,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [listening] = await once(createInterface({ input: child.stdout }), 'line')
  return /http:\S+/.exec(listening as string)?.[0] ?? ''
}

function verdictLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => /^[✓✗?] /.test(line))
    .map((line) => `${line}\n`)
    .join('')
}
