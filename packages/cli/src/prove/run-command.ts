import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface CommandTerms {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly withinMs?: number
  /** Ends the waiting for it, not the command: it has done what it was run for. */
  readonly until?: Promise<unknown>
  /** Told the last line that a command which failed wrote to stderr: for who sits there, not for a report. */
  readonly say?: (line: string) => void
}

/**
 * What the command printed, run by `sh` in a process group of its own: a Ctrl-C at this program is not one for it, and
 * what it leaves in the background lives on. Its output goes to a file, since a pipe would stay open with what it started.
 * @throws {Error} one sentence that names the flag, if it can't be run, fails, or takes too long.
 */
export async function runCommand(flag: string, command: string, terms: CommandTerms = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-'))
  const [out, err] = [join(folder, 'out'), join(folder, 'err')]
  const files = [openSync(out, 'a'), openSync(err, 'a')] as const
  const over = new AbortController()
  try {
    const child = spawn('sh', ['-c', command], {
      stdio: ['ignore', ...files],
      detached: true,
      env: { ...(terms.env ?? process.env) },
    })
    const exited = once(child, 'exit').then(([code, signal]) => String(signal ?? code))
    const ended = await Promise.race([exited, ...endings(terms, over.signal)])
    child.unref()
    if (ended === 'late' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    if (ended === '0' || ended === 'done') return readFileSync(out, 'utf8')
    terms.say?.(readFileSync(err, 'utf8').trim().split('\n').at(-1) ?? '')
    throw new Error(ended === 'late' ? `${flag} did not end in time.` : `${flag} ended with ${ended}.`)
  } finally {
    over.abort()
    for (const file of files) closeSync(file)
    rmSync(folder, { recursive: true, force: true })
  }
}

function endings({ withinMs, until }: CommandTerms, signal: AbortSignal): Promise<string>[] {
  const late = withinMs === undefined ? [] : [sleep(withinMs, 'late', { signal })]
  return until === undefined ? late : [...late, until.then(() => 'done')]
}
