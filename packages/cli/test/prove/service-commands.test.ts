import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type ServiceCommands, serviceCommands } from '../../src/prove/service-commands.ts'
import { newFolder } from './world.ts'

interface Service {
  readonly url: URL
  readonly pidFile: string
  readonly killCmd: string
  readonly startCmd: string
}

/** A service that its owner starts and kills by commands, and that notes its process. */
async function service(): Promise<Service> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => probe.once('listening', done))
  const { port } = probe.address() as AddressInfo
  await new Promise((done) => probe.close(done))
  const pidFile = join(newFolder(), 'pid')
  const listening = `require('fs').writeFileSync('${pidFile}', String(process.pid))`
  const program = `require('http').createServer((q, a) => a.end()).listen(${port}, '127.0.0.1', () => ${listening})`
  onTestFinished(() => {
    if (existsSync(pidFile)) process.kill(pidOf(pidFile), 'SIGKILL')
  })
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    pidFile,
    // As some do: the command has ended before the service has.
    killCmd: `(sleep 0.3; kill -9 $(cat ${pidFile})) &`,
    startCmd: `exec '${process.execPath}' -e "${program}"`,
  }
}

function pidOf(pidFile: string): number {
  return Number(readFileSync(pidFile, 'utf8'))
}

function answers({ url }: Service): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}

function commands(its: Service, killCmd = its.killCmd, restartCmd = its.startCmd): ServiceCommands {
  return serviceCommands({ killCmd, restartCmd }, its.url, () => {})
}

it('kills it, and is done once it is dead; starts it in the foreground, and is done once it listens', async () => {
  const its = await service()
  const { functions } = commands(its)
  await serviceCommands({ restartCmd: `${its.startCmd} &` }, its.url, () => {}).functions.restart?.()
  while (!(await answers(its))) await new Promise((done) => setTimeout(done, 20))
  const first = pidOf(its.pidFile)
  await functions.kill?.()
  expect(await answers(its)).toBe(false)
  await functions.restart?.()
  expect(await answers(its)).toBe(true)
  expect(pidOf(its.pidFile)).not.toBe(first)
})

it('leaves it running: what was killed and not started again is started at the end', async () => {
  const its = await service()
  const { functions, leaveRunning } = commands(its, 'true')
  await leaveRunning()
  expect(await answers(its)).toBe(false)
  await functions.kill?.()
  await leaveRunning()
  expect(await answers(its)).toBe(true)
})

it('a command that fails is told by its flag and its exit code', async () => {
  const its = await service()
  const said: string[] = []
  const { functions } = serviceCommands(
    { killCmd: 'echo no such process >&2; exit 3', restartCmd: 'exit 4' },
    its.url,
    (line) => said.push(line),
  )
  await expect(functions.kill?.()).rejects.toThrow('--kill-cmd ended with 3.')
  await expect(functions.restart?.()).rejects.toThrow('--restart-cmd ended with 4.')
  expect(said[0]).toBe('no such process')
})

it('there is no function without its command', () => {
  expect(serviceCommands({}, new URL('http://127.0.0.1:1/'), () => {}).functions).toEqual({})
})

it('a restart that fails is told, though the kill killed nothing and somebody still listens', async () => {
  const its = await service()
  await serviceCommands({ restartCmd: `${its.startCmd} &` }, its.url, () => {}).functions.restart?.()
  while (!(await answers(its))) await new Promise((done) => setTimeout(done, 20))
  const { functions } = commands(its, 'true', 'sleep 0.2; exit 4')
  await functions.kill?.()
  await expect(functions.restart?.()).rejects.toThrow('--restart-cmd ended with 4.')
})

it('a restart without a kill may stay in the foreground too', async () => {
  const its = await service()
  await serviceCommands({ restartCmd: `${its.startCmd} &` }, its.url, () => {}).functions.restart?.()
  while (!(await answers(its))) await new Promise((done) => setTimeout(done, 20))
  const first = pidOf(its.pidFile)
  const restartCmd = `kill -9 $(cat ${its.pidFile}); sleep 0.3; ${its.startCmd}`
  await serviceCommands({ restartCmd }, its.url, () => {}).functions.restart?.()
  expect(await answers(its)).toBe(true)
  expect(pidOf(its.pidFile)).not.toBe(first)
})
