import { setTimeout as delay } from 'node:timers/promises'

/** Sends a signal to a process that may have ended. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/** Resolves once the process has ended; one that takes more than five seconds is killed. */
export async function gone(pid: number): Promise<void> {
  for (let looks = 0; looks < 250 && signal(pid, 0); looks++) await delay(20)
  signal(pid, 'SIGKILL')
}
