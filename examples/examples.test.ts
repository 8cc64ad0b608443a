import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'

it.each(['node', 'express', 'fastify', 'hono', 'fetch'])(
  'the example for %s charges once, and gives a retry the same answer',
  async (name) => {
    const { port, charges } = await started(name)
    const ask = async (body: string) => {
      const headers = {
        'idempotency-key': 'order-1',
        'x-account': 'acme',
        'content-type': 'application/json',
      }
      const answer = await fetch(`http://127.0.0.1:${port}/charges`, { method: 'POST', headers, body })
      return {
        status: answer.status,
        replayed: answer.headers.get('idempotent-replayed'),
        text: await answer.text(),
      }
    }
    const first = await ask('{"amount":5}')
    const retry = await ask('{ "amount": 5 }')
    expect(first).toMatchObject({ status: 201, replayed: null })
    expect(retry).toEqual({ ...first, replayed: 'true' })
    expect((await ask('{"amount":6}')).status).toBe(422)
    expect(charges()).toBe(1)
  },
)

/** The example as a process of its own, in a folder of its own. */
async function started(name: string): Promise<{ port: string; charges(): number }> {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-example-'))
  const script = join(import.meta.dirname, `${name}.ts`)
  const child = spawn(process.execPath, ['--conditions=@counterfoil/source', script], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  let charges = 0
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the example for ${name} ended by itself`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('charging ')) charges += 1
      const port = /^listening on .*:(\d+)$/.exec(line)?.[1]
      if (port) resolve({ port, charges: () => charges })
    })
  })
}
