import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { gone, signal } from './signal.ts'
import { forget, watch } from './watchdog.ts'

/** A server that this process started. It ends with this process, if not before. */
export interface RunningServer {
  readonly url: string
  readonly pid: number
  /** Ends the server and removes what it stored. */
  stop(): Promise<void>
}

/** How a server is started on a port. */
export interface Recipe {
  readonly server: string
  /** Ends it quickly; nothing that it stored is needed again. */
  readonly stopSignal: NodeJS.Signals
  /** What it stores, and its log; removed with it. */
  readonly folder: string
  command(port: number): Promise<readonly [program: string, ...args: string[]]>
  readonly options: SpawnOptions
  url(port: number): string
  /** Asks by the server's own protocol, and resolves once it is this very process that answers. */
  answers(port: number, pid: number): Promise<boolean>
}

const portTries = 10
const readyWithinMs = 60_000

/** Starts the server and resolves once it answers. */
export async function startServer(recipe: Recipe): Promise<RunningServer> {
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    const [child, pid] = await spawnServer(recipe, port)
    if (await isReady(recipe, child, port, pid)) return running(recipe, child, port, pid)
    await end(recipe, child, pid)
    const log = await readLog(recipe)
    // Another process was quicker to the port.
    if (tries < portTries && /address (is )?already in use/i.test(log)) continue
    await rm(recipe.folder, { recursive: true, force: true })
    throw new Error(`${recipe.server} did not start. Its log ends:\n${log.slice(-2_000)}`)
  }
}

async function spawnServer(recipe: Recipe, port: number): Promise<[ChildProcess, number]> {
  const [program, ...args] = await recipe.command(port)
  const log = openSync(logOf(recipe), 'w')
  try {
    // A group of its own, so that an interrupt at the terminal ends the tests before it ends the server.
    const child = spawn(program, args, { ...recipe.options, detached: true, stdio: ['ignore', log, log] })
    const { pid } = child
    if (pid === undefined) throw (await once(child, 'error'))[0]
    watch({ pid, stopSignal: recipe.stopSignal, folder: recipe.folder })
    child.unref()
    return [child, pid]
  } finally {
    closeSync(log)
  }
}

async function isReady(recipe: Recipe, child: ChildProcess, port: number, pid: number): Promise<boolean> {
  const deadline = performance.now() + readyWithinMs
  while (!hasEnded(child) && performance.now() < deadline) {
    if (await recipe.answers(port, pid).catch(() => false)) return true
    await delay(20)
  }
  return false
}

function running(recipe: Recipe, child: ChildProcess, port: number, pid: number): RunningServer {
  return {
    url: recipe.url(port),
    pid,
    async stop() {
      await end(recipe, child, pid)
      await rm(recipe.folder, { recursive: true, force: true })
    },
  }
}

async function end(recipe: Recipe, child: ChildProcess, pid: number): Promise<void> {
  if (!hasEnded(child)) {
    signal(pid, recipe.stopSignal)
    await gone(pid)
  }
  forget(pid)
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function logOf(recipe: Recipe): string {
  return join(recipe.folder, 'log')
}

function readLog(recipe: Recipe): Promise<string> {
  return readFile(logOf(recipe), 'utf8')
}
