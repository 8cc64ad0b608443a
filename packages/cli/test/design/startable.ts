import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { AtTheEnd } from './at-the-end.ts'

/** Commands for a service that a proof may kill and start again. */
export interface Startable {
  readonly kill: string
  readonly restart: string
}

/** A program of Node's, started now, and ended with the test. @param port where it listens */
export async function startable(
  atTheEnd: AtTheEnd,
  folder: string,
  port: number,
  program: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Startable> {
  const pid = join(folder, 'pid')
  const script = join(folder, 'start.sh')
  const settings = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`)
  const line = [process.execPath, ...program].map(quoted).join(' ')
  writeFileSync(script, [...settings, `${line} >&2 &`, `echo $! > ${quoted(pid)}`, 'wait $!', ''].join('\n'))
  const child = spawn('sh', [script], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (data) => {
    said += data
  })
  atTheEnd(() => {
    if (existsSync(pid)) killed(Number(readFileSync(pid, 'utf8')))
  })
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`It ended instead of listening: ${said}`)
    await pause(20)
  }
  return { kill: `kill -9 $(cat ${quoted(pid)})`, restart: `sh ${quoted(script)}` }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
