import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, loadavg, release, type as system, totalmem } from 'node:os'
import { join } from 'node:path'
import { percentile } from './statistics.ts'
import { number } from './table.ts'

/** Where and when it was measured: without it no figure means anything. */
export interface Machine {
  readonly date: string
  readonly machine: string
  readonly node: string
  readonly sqlite: string
  readonly loadBefore: string
  readonly disk: string
}

export function machine(folder: string): Machine {
  const [first] = cpus()
  return {
    date: new Date().toISOString(),
    machine: `${cpus().length} × ${first?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${system()} ${release()}`,
    node: process.versions.node,
    sqlite: process.versions.sqlite ?? 'unknown',
    loadBefore: loadavg().map(number).join(' '),
    disk: `4 KiB and an fsync take ${number(fsyncMs(folder))} ms in the median`,
  }
}

function fsyncMs(folder: string): number {
  const path = join(folder, 'fsync')
  const file = openSync(path, 'w')
  const page = Buffer.alloc(4096, 1)
  const took = Array.from({ length: 100 }, () => {
    const startedAt = performance.now()
    writeSync(file, page)
    fsyncSync(file)
    return performance.now() - startedAt
  })
  closeSync(file)
  rmSync(path)
  return percentile(took, 0.5)
}
