import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { ContractViolation } from '../violation.ts'
import type { StormOrder, StormReport } from './serve-storm.ts'
import type { StormEvent } from './storm-event.ts'
import type { StormPlan } from './storm-plan.ts'

/** Starts processes, gives each its plan at the same time, and has them leave whatever happens. */
export async function withProcesses(
  start: () => ChildProcess,
  count: number,
  use: (storm: (planFor: (index: number) => StormPlan) => Promise<readonly StormEvent[]>) => Promise<void>,
): Promise<void> {
  const children = Array.from({ length: count }, start)
  const gone = children.map((child) => once(child, 'exit'))
  try {
    await Promise.all(children.map((child) => reportOf(child)))
    await use(async (planFor) => {
      const reports = children.map(async (child, index) => {
        const report = reportOf(child)
        tell(child, { order: 'storm', plan: planFor(index) })
        return (await report) as Extract<StormReport, { report: 'done' }>
      })
      return (await Promise.all(reports)).flatMap(({ events }) => events)
    })
    for (const child of children) tell(child, { order: 'leave' })
  } catch (error) {
    for (const child of children) child.kill('SIGKILL')
    throw error
  } finally {
    await Promise.all(gone)
  }
}

function tell(child: ChildProcess, order: StormOrder): void {
  child.send(order)
}

/** The next report, or a rejection where the process can't go on. */
async function reportOf(child: ChildProcess): Promise<StormReport> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      child.off('message', hear)
      child.off('exit', leave)
      child.off('error', reject)
    }
    const hear = (report: StormReport): void => {
      settle()
      if (report.report === 'broken')
        reject(new ContractViolation(`a process of the storm broke off: ${report.why}`))
      else resolve(report)
    }
    const leave = (code: number | null, signal: string | null): void => {
      settle()
      reject(new ContractViolation(`a process of the storm left early (${signal ?? `exit code ${code}`})`))
    }
    child.on('message', hear)
    child.on('exit', leave)
    child.on('error', reject)
  })
}
