import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort } from '../../../../../test-support/servers/free-port.ts'
import { environmentOf } from '../../../../../test-support/servers/programs.ts'
import { findRedis, tellRedis } from '../../../../../test-support/servers/redis.ts'

/** A Redis that a test may end and start again by commands, as its owner would. */
export interface OwnRedis {
  readonly url: string
  readonly killCmd: string
  readonly restartCmd: string
  pidOf(): string
}

export async function redisOfItsOwn(...settings: readonly string[]): Promise<OwnRedis> {
  const programs = await findRedis()
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const pidFile = join(folder, 'pid')
  const variables = Object.entries(environmentOf(programs)).flatMap(([name, value]) =>
    value ? [`${name}='${value}'`] : [],
  )
  const server = join(programs.root, programs.bin, 'redis-server')
  const always = `--port ${port} --bind 127.0.0.1 --dir ${folder} --save '' --daemonize yes --pidfile ${pidFile}`
  const restartCmd = `env ${variables.join(' ')} ${server} ${always} ${settings.join(' ')}`
  const killCmd = `kill -9 $(cat ${pidFile})`
  execFileSync('sh', ['-c', restartCmd])
  onTestFinished(async () => {
    await tellRedis(url, 'SHUTDOWN', 'NOSAVE').catch(() => undefined)
    rmSync(folder, { recursive: true, force: true })
  })
  while (!(await tellRedis(url, 'PING').catch(() => undefined)))
    await new Promise((done) => setTimeout(done, 20))
  return { url, killCmd, restartCmd, pidOf: () => readFileSync(pidFile, 'utf8') }
}
