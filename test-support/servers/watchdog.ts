import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A process to end, and a folder to remove with it, once this one has ended. */
export interface Watched {
  readonly pid: number
  readonly stopSignal: NodeJS.Signals
  readonly folder: string
}

let watchdog: ChildProcess | undefined

/** Has a process ended, and its folder removed, with this process: also where this one is killed outright. */
export function watch(watched: Watched): void {
  tell(watched)
}

/** Takes back a `watch`: the process has ended, and its number may become another's. */
export function forget(pid: number): void {
  tell({ forget: pid })
}

function tell(message: object): void {
  watchdog ??= start()
  watchdog.stdin?.write(`${JSON.stringify(message)}\n`)
}

function start(): ChildProcess {
  const program = fileURLToPath(new URL('./watchdog-process.ts', import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'ignore', 'inherit'], detached: true })
  child.unref()
  // Only the pipe's end matters, and it must keep nobody running.
  ;(child.stdin as unknown as { unref(): void }).unref()
  return child
}
