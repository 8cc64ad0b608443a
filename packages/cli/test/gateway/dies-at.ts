import { StatementSync } from 'node:sqlite'
import { type CrashPoint, nodeRuntime } from 'counterfoil'

// Loaded before the command in a process that is to die: by kill -9 of itself, where the query of this file's URL says.

/** The engine's crash points, and two around the COMMIT of a settle. */
export type HitPoint = CrashPoint | 'before-commit' | 'after-commit'

const diesAt = new URL(import.meta.url).searchParams.get('point') as HitPoint
const die = (): void => void process.kill(process.pid, 'SIGKILL')

let settling = false
Object.assign(nodeRuntime, {
  reach(point: CrashPoint) {
    if (point === diesAt) die()
    if (point === 'after-effect') settling = true
  },
})

const { run } = StatementSync.prototype
StatementSync.prototype.run = function (this: StatementSync, ...values) {
  const commits = settling && this.sourceSQL === 'COMMIT'
  if (commits && diesAt === 'before-commit') die()
  const result = Reflect.apply(run, this, values)
  if (commits && diesAt === 'after-commit') die()
  return result
}
