import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { ask, json } from './raw-client.ts'

const soak = process.env.COUNTERFOIL_SOAK === '1'
const ROUNDS = soak ? 20 : 2
const CLIENTS = 4
const CALLS = 50
const KILLS = soak ? 20 : 2

it(`${CLIENTS} processes × ${CALLS} requests on one key, through two Express processes on one file: one effect, equal answers, in each of ${ROUNDS} rounds`, async () => {
  const { effectsOf, service } = aFile()
  const ports = await Promise.all([service('at-most-once'), service('at-most-once')].map(portOf))
  const clients = Array.from({ length: CLIENTS }, () =>
    started(new URL('./client-process.ts', import.meta.url)),
  )
  for (let round = 0; round < ROUNDS; round += 1) {
    const key = `round-${round}`
    const told = await Promise.all(
      clients.map(async (client) => {
        client.send({ ports, key, calls: CALLS })
        const [{ answers }] = (await once(client, 'message')) as [{ answers: string[] }]
        return answers
      }),
    )
    const answers = told.flat()
    expect(answers).toHaveLength(CLIENTS * CALLS)
    expect([...new Set(answers)]).toHaveLength(1)
    expect(answers[0]).toMatch(/^201 /)
    expect(effectsOf(key)).toBe(1)
  }
})

it.each([
  ['at-most-once', 1, 409],
  ['at-least-once', 2, 201],
] as const)(
  `a service killed while a charge runs, ${KILLS} times: %s makes %i effects, and the retry gets %i`,
  async (guarantee, effects, status) => {
    const { effectsOf, service } = aFile()
    for (let kill = 0; kill < KILLS; kill += 1) {
      const key = `kill-${kill}`
      const dying = service(guarantee)
      const slow = json(key, {}, { headers: [['X-Takes-Ms', '60000']] })
      const lost = ask(await portOf(dying), slow).catch(() => 'broken off')
      while (effectsOf(key) === 0) await pause(2)
      dying.kill('SIGKILL')
      expect(await lost).toBe('broken off')
      const next = service(guarantee)
      // It waits for the dead one's lease, and then runs or is told.
      const retry = await ask(await portOf(next), json(key, {}))
      expect(retry.status).toBe(status)
      expect(effectsOf(key)).toBe(effects)
      next.kill()
    }
  },
)

/** A file for receipts, and one for effects. */
function aFile(): {
  effectsOf(key: string): number
  service(guarantee: string): ChildProcess
} {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-http-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const effects = join(folder, 'effects')
  return {
    effectsOf: (key) =>
      existsSync(effects)
        ? readFileSync(effects, 'utf8')
            .split('\n')
            .filter((line) => line === key).length
        : 0,
    service: (guarantee) =>
      started(
        new URL('./service-process.ts', import.meta.url),
        join(folder, 'receipts.db'),
        effects,
        guarantee,
      ),
  }
}

/** A process of its own, which ends with the test. */
function started(script: URL, ...args: string[]): ChildProcess {
  const child = fork(script, args, {
    execArgv: ['--conditions=@counterfoil/source'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function portOf(service: ChildProcess): Promise<number> {
  const [{ port }] = (await once(service, 'message')) as [{ port: number }]
  return port
}
