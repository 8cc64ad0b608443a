/**
 * One contender in a process of its own: `child.ts NAME FOLDER WARM_UP_MS CELL_MS [profiled]`. Says over its channel that it
 * is warm; then, for each cell that it is sent, measures that and says what it measured. Where it is to be profiled, it
 * leaves a profile of each in the folder. Where it fails, its last word is why.
 */
import { on } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type ContenderName, contenders } from './contenders.ts'
import { type LookOn, type Measured, measure } from './measure.ts'
import { contenderOf } from './open-contender.ts'
import { recorded } from './profile/record.ts'
import type { Told } from './run-child.ts'
import { urlsIn } from './servers/urls.ts'
import { walOf } from './servers/wal.ts'
import type { Cell } from './workload.ts'

const [name, folder, warmUpMs, cellMs, profiled] = process.argv.slice(2)
if (name === undefined || folder === undefined) throw new Error('This is a child: run-child.ts starts it.')

// Nobody waits for what is under way where the bench itself has ended.
process.once('disconnect', () => process.exit())
process.on('uncaughtException', (error: unknown) => {
  if (!contenders[name as ContenderName].peer) console.error(error)
  tell({ kind: 'failed', why: reasonIn(error) }, () => process.exit(1))
})

const open = await contenderOf(name as ContenderName)
const facts = contenders[name as ContenderName]
const servers = urlsIn(process.env)
const walAt = facts.on === 'postgres' ? await walOf(servers.postgresUrl) : undefined
const serverPid = { postgres: servers.postgresPid, redis: servers.redisPid, none: undefined }[
  facts.on ?? 'none'
]

// Compiled code for all cells alike: what is measured first is no slower than what comes after it, nor is who has more code.
await onFilesOfItsOwn({ workload: 'first-time', atOnce: 64 }, Number(warmUpMs) * 5)
tell({ kind: 'warm' })

let measuredCells = 0
for await (const [cell] of on(process, 'message') as AsyncIterable<[Cell]>) {
  measuredCells += 1
  const path = join(folder, `${measuredCells}.cpuprofile`)
  const lookOn: LookOn = (run) => (profiled === undefined ? run() : recorded(path, run))
  tell({ kind: 'measured', measured: await onFilesOfItsOwn(cell, Number(cellMs), lookOn) })
}

/** No cell begins with what another one has left. */
async function onFilesOfItsOwn(cell: Cell, ms: number, lookOn?: LookOn): Promise<Measured> {
  const files = join(folder as string, 'cell')
  mkdirSync(files, { recursive: true })
  const opened = await open({ folder: files, ...servers })
  const measured = await measure(
    opened,
    cell,
    { ...facts, serverPid, walAt, warmUpMs: Number(warmUpMs), cellMs: ms },
    lookOn,
  )
  await opened.close()
  rmSync(files, { recursive: true })
  return measured
}

function tell(told: Told, then: () => void = () => undefined): void {
  process.send?.(told, then)
}

function reasonIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.message || error.name, ...(error.cause ? [reasonIn(error.cause)] : [])].join(': ')
}
