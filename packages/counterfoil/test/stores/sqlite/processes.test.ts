import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { requestWith, retryOf } from '../../../src/testing/requests.ts'
import { claimed, newPath, openAt, outcome } from './a-file.ts'

describe('several processes on one file', () => {
  it('claim a key once, however many ask at the same moment', async () => {
    const path = newPath()
    const children = Array.from({ length: 4 }, () => start(path, 'one key', 'claim when told'))
    await Promise.all(children.map((child) => once(child, 'message')))
    const answers = children.map(async (child) => {
      const answer = once(child, 'message')
      child.send('go')
      const [kinds] = await answer
      return kinds as string[]
    })
    const kinds = (await Promise.all(answers)).flat()
    expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 'in_progress')).toHaveLength(99)
  })

  it('make one of a new file, however many open it at the same moment', async () => {
    const path = newPath()
    const children = Array.from({ length: 4 }, (_, index) => start(path, `key ${index}`, 'settle'))
    for (const code of await Promise.all(children.map(exitOf))) expect(code).toBe(0)
    expect((await openAt(path).stats()).places.succeeded).toBe(4)
  })

  it('wake a watch in another process', async () => {
    const path = newPath()
    const store = openAt(path)
    const { id } = requestWith({ key: 'watched' })
    await store.read(id)
    const woken = new Promise<void>((resolve) => store.watch(id, resolve))
    const child = start(path, 'watched', 'settle')
    const exited = exitOf(child)
    await woken
    await exited
    const { receipt } = await store.read(id)
    expect(receipt?.state).toBe('succeeded')
  })

  it('end by themselves with an idle store that nobody closed', async () => {
    expect(await exitOf(start(newPath(), 'a key', 'end without closing'))).toBe(0)
  })
})

describe('a watch', () => {
  it('is woken at once by a write of its own process, and not after it was stopped', async () => {
    const store = openAt(newPath())
    const first = requestWith()
    const fence = await claimed(store, first)
    const woken = await new Promise<string[]>((resolve) => {
      const calls: string[] = []
      const stopped = store.watch(first.id, () => calls.push('stopped'))
      stopped.stop()
      store.watch(first.id, () => resolve([...calls, 'woken']))
      void store.settle(fence, { as: 'succeeded', outcome })
    })
    expect(woken).toEqual(['woken'])
  })

  it('is woken by another connection of its own process, when a receipt is given back', async () => {
    const path = newPath()
    const [mine, other] = [openAt(path), openAt(path)]
    const first = requestWith()
    const fence = await claimed(other, first)
    await mine.read(first.id)
    const woken = new Promise<void>((resolve) => mine.watch(first.id, resolve))
    await other.yield(fence, 0)
    await woken
  })

  it('is not woken by a renewal, nor by what happens to other receipts', async () => {
    const path = newPath()
    const [mine, other] = [openAt(path), openAt(path)]
    const [watched, bystander, signal] = [requestWith(), requestWith(), requestWith()]
    const fence = await claimed(other, watched)
    await mine.read(watched.id)
    let wakes = 0
    mine.watch(watched.id, () => {
      wakes += 1
    })
    await other.renew(fence, 90_000)
    await claimed(other, bystander)
    // The poller looks at all watched receipts in one go: once it has seen this, it has seen the others as well.
    const seen = new Promise<void>((resolve) => mine.watch(signal.id, resolve))
    await claimed(other, signal)
    await seen
    expect(wakes).toBe(0)
    expect((await mine.claim(retryOf(watched))).kind).toBe('in_progress')
  })
})

function start(path: string, key: string, what: string): ChildProcess {
  const child = fork(new URL('./process.ts', import.meta.url), [path, key, what], {
    execArgv: ['--conditions=@counterfoil/source'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'exit')
  return code as number | null
}
