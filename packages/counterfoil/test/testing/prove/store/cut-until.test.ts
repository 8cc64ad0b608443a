import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTcpProxy, type TcpProxy } from '../../../../src/testing/index.ts'
import { cutUntil, SPARED } from '../../../../src/testing/prove/store/cut-until.ts'

/** As many messages as the drivers need to say who they are, over TLS too. */
const GREETING = 6

describe('cuts of connections', () => {
  it('let each connection come to a call, and then meet it', async () => {
    const proxy = await beforeAnEcho()
    const over = new AbortController()
    const cutting = cutUntil(over.signal, proxy, 1)
    for (let connection = 1; connection <= 5; connection += 1) {
      expect(await answersUntilCut(proxy)).toBeGreaterThan(GREETING)
    }
    expect(proxy.counts).toMatchObject({ connections: 5, struck: 5 })
    over.abort()
    await cutting
  })

  it('are over when the round is: none that was planned for it strikes in the next', async () => {
    const proxy = await beforeAnEcho()
    const over = new AbortController()
    const cutting = cutUntil(over.signal, proxy, 1)
    over.abort()
    await cutting
    expect(await answersUntilCut(proxy, 50)).toBe(50)
  })
  it('go on where the message that they wait for is never answered', async () => {
    const proxy = await beforeAnEcho({ answers: SPARED })
    const over = new AbortController()
    // Of this seed the first cut is to come after an answer.
    const cutting = cutUntil(over.signal, proxy, 4)
    await callWithoutAnswer(proxy)
    expect(proxy.counts.struck).toBe(0)
    await expect
      .poll(
        async () => {
          await callWithoutAnswer(proxy)
          return proxy.counts.struck
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0)
    over.abort()
    await cutting
  })
})

/** A connection on which the server falls silent after its greeting, and which is closed at once after that. */
async function callWithoutAnswer(proxy: TcpProxy): Promise<void> {
  const client = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
  await once(client, 'connect')
  for (let messages = 0; messages < SPARED; messages += 1) {
    client.write('call')
    await once(client, 'data')
  }
  client.end('call')
  await once(client, 'close')
}

/** Messages one after the other over a connection of its own: how many were answered until it was cut. */
async function answersUntilCut(proxy: TcpProxy, most = 1000): Promise<number> {
  const client = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
  onTestFinished(() => void client.destroy())
  await once(client, 'connect')
  const cut = once(client, 'close')
  for (let answers = 0; answers < most; answers += 1) {
    client.write('call')
    const answered = await Promise.race([once(client, 'data').then(() => true), cut.then(() => false)])
    if (!answered) return answers
  }
  return most
}

/** @param answers how many there are on each connection */
async function beforeAnEcho({ answers = Number.POSITIVE_INFINITY } = {}): Promise<TcpProxy> {
  const server = createServer((socket) => {
    let left = answers
    socket.on('error', () => undefined)
    socket.on('data', (message) => {
      left -= 1
      if (left >= 0) socket.write(message)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await openTcpProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  onTestFinished(async () => {
    await proxy.close()
    server.close()
  })
  return proxy
}
