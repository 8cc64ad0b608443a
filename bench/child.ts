/** One contender in a process of its own: `child.ts NAME FOLDER WARM_UP_MS CELL_MS CELL…`, a cell being `first-time/64`. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ContenderName } from './contender.ts'
import { type Measured, measure } from './measure.ts'
import { contenderOf } from './open-contender.ts'
import type { Cell } from './plan.ts'

const [name, folder, warmUpMs, cellMs, ...cells] = process.argv.slice(2)
if (name === undefined || folder === undefined) throw new Error('main.ts starts this')

const open = await contenderOf(name as ContenderName)

// Compiled code for all cells alike: what is measured first is no slower than what comes after it.
await onFilesOfItsOwn('warm-up', { workload: 'first-time', atOnce: 64 }, Number(warmUpMs) * 3)

for (const [index, cell] of cells.entries()) {
  const measured = await onFilesOfItsOwn(String(index), cellIn(cell), Number(cellMs))
  process.stdout.write(`${JSON.stringify(measured)}\n`)
}

/** No cell begins with what another one has left. */
async function onFilesOfItsOwn(called: string, cell: Cell, ms: number): Promise<Measured> {
  const files = join(folder as string, called)
  mkdirSync(files, { recursive: true })
  const opened = open(files)
  const measured = await measure(opened, cell, { warmUpMs: Number(warmUpMs), cellMs: ms })
  await opened.close()
  rmSync(files, { recursive: true })
  return measured
}

function cellIn(text: string): Cell {
  const [workload, atOnce] = text.split('/')
  return { workload: workload as Cell['workload'], atOnce: Number(atOnce) }
}
