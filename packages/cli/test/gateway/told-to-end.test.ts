import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { gatewayTo, upstream } from './world.ts'

it('told to end, it answers what is under way and what still comes, and then lets go of each connection', async () => {
  const gate = Promise.withResolvers<void>()
  const behind = await upstream(async (_, response) => {
    await gate.promise
    response.end('x')
  })
  const { port, close } = await gatewayTo(behind.port)
  const request = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'
  const [busy, silent] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  await Promise.all([once(busy, 'connect'), once(silent, 'connect')])
  busy.write(request)
  while (behind.runs() === 0) await pause(1)
  const closed = close()
  silent.write(request)
  const answers = Promise.all([text(busy), text(silent)])
  while (behind.runs() < 2) await pause(1)
  gate.resolve()
  for (const answer of await answers) expect(answer).toMatch(/^HTTP\/1\.1 200 .*\r\nConnection: close\r\n/s)
  await closed
})
