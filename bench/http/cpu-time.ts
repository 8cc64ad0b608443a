import { readdirSync, readFileSync } from 'node:fs'

/**
 * CPU time that a process, its threads and its children have had so far, in microseconds; `null` where there is no `/proc`.
 * From outside, so that it is the same for a server in any language.
 */
export function cpuTimeUs(pid: number): number | null {
  if (process.platform !== 'linux') return null
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks).reduce((sum, task) => sum + threadUs(`${tasks}/${task}`), 0)
}

/** A thread may end between the listing and the look. */
function threadUs(task: string): number {
  try {
    const ranNs = Number(readFileSync(`${task}/schedstat`, 'utf8').split(' ', 1)[0])
    const children = readFileSync(`${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    return children.reduce((sum, child) => sum + (cpuTimeUs(child) ?? 0), ranNs / 1000)
  } catch {
    return 0
  }
}
