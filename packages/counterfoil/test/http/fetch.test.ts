import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type FetchHandler, idempotent } from '../../src/http/fetch.ts'
import { createReceipts } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory/index.ts'

it('reads an event stream to its end when its caller leaves while a piece is awaited', async () => {
  const gate = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const { ask, runs } = serviceOf(() => {
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.from('data: 1\n\n'))
        await gate.promise
        controller.enqueue(Buffer.from('data: 2\n\n'))
        controller.close()
        ended.resolve()
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  })
  const reader = (await ask()).body?.getReader()
  await reader?.read()
  void reader?.read().catch(() => undefined)
  await pause(5)
  void reader?.cancel()
  gate.resolve()
  await ended.promise
  await pause(10)
  const retry = await ask()
  expect([retry.status, ((await retry.json()) as { error: { type: string } }).error.type]).toEqual([
    409,
    'outcome-not-kept',
  ])
  expect(runs()).toBe(1)
})

it.each([
  ['gives text for bytes', () => new Response(ReadableStream.from(['hello']) as never)],
  [
    'errs',
    () => new Response(new ReadableStream({ start: (controller) => controller.error(new Error('broken')) })),
  ],
  ['is Response.error()', () => Response.error()],
])('answers 500 where the response %s', async (_what, make) => {
  const { ask } = serviceOf(make)
  expect((await ask()).status).toBe(500)
  expect((await ask()).headers.get('idempotent-replayed')).toBe('true')
})

it("gives the handler a request of the framework's own class, and what else the framework gives", async () => {
  class OwnRequest extends Request {
    get path(): string {
      return new URL(this.url).pathname
    }
  }
  const receipts = createReceipts({ store: memoryStore(), sweep: 'off' })
  const operation = receipts.operation<never>('charge', { guarantee: 'at-most-once' })
  const POST = idempotent(
    operation,
    { tenant: () => 'acme' },
    async (request, attempt, context: { id: string }) =>
      Response.json([(request as OwnRequest).path, attempt?.number, context.id, await request.text()]),
  )
  const request = new OwnRequest('http://x/charges', {
    method: 'POST',
    headers: { 'idempotency-key': 'a' },
    body: 'b',
  })
  expect(await (await POST(request, { id: 'c' })).json()).toEqual(['/charges', 1, 'c', 'b'])
})

function serviceOf(handler: FetchHandler): { ask(): Promise<Response>; runs(): number } {
  const receipts = createReceipts({ store: memoryStore(), sweep: 'off' })
  const operation = receipts.operation<never>('charge', { guarantee: 'at-most-once' })
  let runs = 0
  const POST = idempotent(
    operation,
    { tenant: () => 'acme', onError: () => undefined },
    (request, attempt) => {
      runs += 1
      return handler(request, attempt)
    },
  )
  const headers = { 'idempotency-key': 'a' }
  return {
    ask: () => POST(new Request('http://x/charges', { method: 'POST', headers, body: '{}' })),
    runs: () => runs,
  }
}
