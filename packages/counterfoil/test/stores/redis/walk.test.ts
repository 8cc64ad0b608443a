import { expect, it, onTestFinished } from 'vitest'
import { ages, requestWith } from '../../../src/testing/requests.ts'
import { type Kind, newPrefix, openOn, removeAll } from './on-redis.ts'

it.each<Kind>(['node-redis', 'node-redis cluster'])(
  'by %s, a sweep goes on where the last batch ended, and goes round once',
  async (kind) => {
    const prefix = newPrefix()
    onTestFinished(() => removeAll(kind, prefix))
    const store = await openOn(kind, { prefix })
    onTestFinished(() => store.close())
    const due = Array.from({ length: 250 }, () => requestWith())
    await Promise.all(due.map((request) => store.claim(request)))
    await Promise.all(due.map(({ id }) => store.age(id, ages.pastPatience)))
    const entombed: string[] = []
    let batches = 0
    for (let more = true; more; batches += 1) {
      const swept = await store.sweep(60)
      entombed.push(...swept.entombed.map(({ id }) => id))
      more = swept.more
      // Due behind the place where the batch ended: it is met before the round is over.
      if (batches === 1) {
        const late = requestWith()
        await store.claim(late)
        await store.age(late.id, ages.pastPatience)
        due.push(late)
      }
    }
    expect(batches).toBe(Math.ceil(251 / 60))
    expect(entombed.sort()).toEqual(due.map(({ id }) => id).sort())
  },
)

it('a prefix is no pattern: stores whose prefixes match one another see their own receipts alone', async () => {
  const shared = newPrefix()
  const [one, other] = [`${shared}a*`, `${shared}ab`]
  for (const prefix of [one, other]) onTestFinished(() => removeAll('node-redis', prefix))
  const store = await openOn('node-redis', { prefix: one })
  const neighbour = await openOn('node-redis', { prefix: other })
  onTestFinished(async () => void (await Promise.all([store.close(), neighbour.close()])))
  const request = requestWith()
  await store.claim(request)
  await neighbour.claim(requestWith())
  expect((await store.list({}, { limit: 10 })).receipts.map(({ id }) => id)).toEqual([request.id])
  expect((await store.stats()).places.in_progress).toBe(1)
})
