import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { messageWith, openTcpProxy, type TcpProxy } from '../../src/testing/index.ts'

/** A server that answers each message with the same in capitals, and remembers what it was sent. */
interface Shouting {
  readonly heard: string[]
  readonly proxy: TcpProxy
}

describe('the TCP proxy', () => {
  it('passes messages and answers on, and counts them', async () => {
    const { proxy } = await shouting()
    const client = await dial(proxy)
    expect(await client.ask('claim')).toBe('CLAIM')
    expect(await client.ask('settle')).toBe('SETTLE')
    expect(proxy.counts).toEqual({ connections: 1, messages: 2, struck: 0 })
    expect(proxy.through('postgres://me:secret@db:5432/shop')).toBe(
      `postgres://me:secret@127.0.0.1:${proxy.port}/shop`,
    )
  })

  it('cuts before a message is passed on: the server never sees it', async () => {
    const { proxy, heard } = await shouting()
    const client = await dial(proxy)
    const fault = proxy.plan({ at: 'before', effect: 'cut', when: messageWith(Buffer.from('settle')) })
    expect(await client.ask('claim')).toBe('CLAIM')
    expect(await client.ask('settle')).toBe('closed')
    await fault.struck
    expect(heard.join()).toBe('claim')
    expect(proxy.counts.struck).toBe(1)
  })

  it('cuts inside a message: the server sees half of it', async () => {
    const { proxy, heard } = await shouting()
    const client = await dial(proxy)
    proxy.plan({ at: 'inside', effect: 'cut' })
    expect(await client.ask('settle')).toBe('closed')
    await expect.poll(() => heard.join()).toBe('set')
  })

  it('cuts once the server has answered: the answer is lost', async () => {
    const { proxy, heard } = await shouting()
    const client = await dial(proxy)
    proxy.plan({ at: 'answered', effect: 'cut' })
    expect(await client.ask('settle')).toBe('closed')
    expect(heard.join()).toBe('settle')
  })

  it('cuts when all of a message is sent, whether it is answered or not', async () => {
    const { proxy } = await shouting()
    const client = await dial(proxy)
    proxy.plan({ at: 'sent', effect: 'cut' })
    expect(await client.ask('settle')).toBe('closed')
  })

  it('swallows a message and all that follows, and tells neither end', async () => {
    const { proxy, heard } = await shouting()
    const client = await dial(proxy)
    const fault = proxy.plan({ at: 'before', effect: 'black_hole' })
    client.socket.write('claim')
    await fault.struck
    client.socket.write('again')
    const other = await dial(proxy)
    expect(await other.ask('settle')).toBe('SETTLE')
    expect(client.socket.closed).toBe(false)
    expect(client.said).toEqual([])
    expect(heard.join()).toBe('settle')
  })

  it('holds an answer, and what follows, until it is released', async () => {
    const { proxy, heard } = await shouting()
    const client = await dial(proxy)
    const fault = proxy.plan({ at: 'answered', effect: 'hold' })
    const answer = client.ask('claim')
    await fault.struck
    expect(heard.join()).toBe('claim')
    expect(client.said).toEqual([])
    fault.release()
    expect(await answer).toBe('CLAIM')
    expect(await client.ask('settle')).toBe('SETTLE')
  })

  it('keeps a held message whole', async () => {
    const { proxy, heard } = await shouting()
    const client = await dial(proxy)
    const fault = proxy.plan({ at: 'inside', effect: 'hold' })
    client.socket.write('settle')
    await fault.struck
    await expect.poll(() => heard.join('')).toBe('set')
    client.socket.write(' again')
    // By the time that another connection has been served, it would have passed.
    expect(await (await dial(proxy)).ask('|')).toBe('|')
    fault.release()
    await expect.poll(() => heard.join('')).toBe('set|tle again')
  })

  it('delays a message', async () => {
    const { proxy } = await shouting()
    const client = await dial(proxy)
    proxy.plan({ at: 'before', effect: { delayMs: 50 } })
    const before = performance.now()
    expect(await client.ask('claim')).toBe('CLAIM')
    expect(performance.now() - before).toBeGreaterThan(45)
  })

  it('cuts all connections at a moment, and takes new ones', async () => {
    const { proxy } = await shouting()
    const clients = [await dial(proxy), await dial(proxy)]
    for (const client of clients) expect(await client.ask('claim')).toBe('CLAIM')
    const closed = clients.map((client) => once(client.socket, 'close'))
    proxy.strikeAll('cut')
    await Promise.all(closed)
    expect(proxy.counts.struck).toBe(2)
    expect(await (await dial(proxy)).ask('settle')).toBe('SETTLE')
  })

  it('chooses by connection and by the number of the message on it', async () => {
    const { proxy } = await shouting()
    proxy.plan({
      at: 'before',
      effect: 'cut',
      when: ({ connection, number }) => connection === 2 && number === 2,
    })
    const [one, two] = [await dial(proxy), await dial(proxy)]
    for (const client of [one, two]) expect(await client.ask('claim')).toBe('CLAIM')
    expect(await one.ask('settle')).toBe('SETTLE')
    expect(await two.ask('settle')).toBe('closed')
  })

  it('passes the end of a connection on, from either side', async () => {
    const { proxy } = await shouting()
    const client = await dial(proxy)
    expect(await client.ask('end')).toBe('END')
    await once(client.socket, 'close')
  })
})

async function shouting(): Promise<Shouting> {
  const heard: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      heard.push(String(bytes))
      const answer = String(bytes).toUpperCase()
      if (answer === 'END') socket.end(answer)
      else socket.write(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await openTcpProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  onTestFinished(async () => {
    await proxy.close()
    await new Promise((resolve) => server.close(resolve))
  })
  return { heard, proxy }
}

async function dial(
  proxy: TcpProxy,
): Promise<{ socket: Socket; said: readonly string[]; ask(text: string): Promise<string> }> {
  const socket = connect(proxy.port, '127.0.0.1')
  const said: string[] = []
  socket.on('data', (bytes) => said.push(String(bytes)))
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  const ask = async (text: string): Promise<string> => {
    const closed = once(socket, 'close').then(
      () => 'closed',
      () => 'closed',
    )
    socket.write(text)
    return Promise.race([once(socket, 'data').then(([bytes]) => String(bytes)), closed])
  }
  return { socket, said, ask }
}
