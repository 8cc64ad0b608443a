import { readdirSync, readFileSync } from 'node:fs'

export interface CpuTime {
  readonly allUs: number
  readonly mainThreadUs: number
}

/**
 * CPU time that a process, its threads and its children have had so far, in microseconds; `null` where there is no `/proc`.
 * From outside, so that it is the same for a server in any language.
 */
export function cpuTime(pid: number): CpuTime | null {
  if (process.platform !== 'linux') return null
  return { allUs: processUs(pid), mainThreadUs: ranUs(`/proc/${pid}/task/${pid}`) }
}

function processUs(pid: number): number {
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks).reduce((sum, task) => sum + threadUs(`${tasks}/${task}`), 0)
}

function ranUs(task: string): number {
  return Number(readFileSync(`${task}/schedstat`, 'utf8').split(' ', 1)[0]) / 1000
}

/** A thread may end between the listing and the look. */
function threadUs(task: string): number {
  try {
    const children = readFileSync(`${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    return children.reduce((sum, child) => sum + processUs(child), ranUs(task))
  } catch {
    return 0
  }
}
