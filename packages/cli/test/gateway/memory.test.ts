import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request as send } from 'node:http'
import { platform } from 'node:process'
import { expect, it } from 'vitest'
import { gateway, newStore } from './gateway-process.ts'
import { upstream } from './world.ts'

const SIZE = process.env.COUNTERFOIL_SOAK === '1' ? 1024 : 256
const MIB = 1_048_576

/** The most that a process has had in memory, in bytes (proc_pid_status(5)). */
function peakOf(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

it.runIf(platform === 'linux')(
  `${SIZE} MiB up and ${SIZE} MiB down, without a key, take the gateway no memory of that size (on Linux)`,
  async () => {
    const piece = Buffer.alloc(MIB, 1)
    const behind = await upstream(async (request, response) => {
      let size = 0
      for await (const chunk of request) size += (chunk as Buffer).length
      response.setHeader('X-Got', String(size))
      for (let n = 0; n < SIZE; n += 1) if (!response.write(piece)) await once(response, 'drain')
      response.end()
    })
    const { port, child } = await gateway(behind.port, newStore())
    const pass = async (pieces: number): Promise<[up: number, down: number]> => {
      const call = send({ port, method: 'PUT', path: '/', agent: false })
      for (let n = 0; n < pieces; n += 1) if (!call.write(piece)) await once(call, 'drain')
      call.end()
      const [response] = await once(call, 'response')
      let got = 0
      for await (const chunk of response) got += (chunk as Buffer).length
      return [Number(response.headers['x-got']), got]
    }
    const before = peakOf(child.pid as number)
    expect(await pass(SIZE)).toEqual([SIZE * MIB, SIZE * MIB])
    const grew = peakOf(child.pid as number) - before
    console.log(`${SIZE} MiB up and down: the gateway's memory grew by ${Math.round(grew / MIB)} MiB`)
    expect(grew).toBeLessThan(160 * MIB)
  },
)
