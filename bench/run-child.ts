import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ContenderName } from './contender.ts'
import type { Measured } from './measure.ts'
import type { Cell, Effort } from './plan.ts'

export interface ChildTerms extends Pick<Effort, 'warmUpMs' | 'cellMs'> {
  readonly contender: ContenderName
  readonly folder: string
  readonly cells: readonly Cell[]
  /** For Node, beside those of this process. */
  readonly flags?: readonly string[]
}

/** @throws where the child fails; what it had to say is on stderr */
export async function* runChild(of: ChildTerms): AsyncGenerator<Measured> {
  const cells = of.cells.map(({ workload, atOnce }) => `${workload}/${atOnce}`)
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      ...(of.flags ?? []),
      fileURLToPath(import.meta.resolve('./child.ts')),
      of.contender,
      of.folder,
      String(of.warmUpMs),
      String(of.cellMs),
      ...cells,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Measured
  const code = await exit
  if (code !== 0) throw new Error(`${of.contender} ended with code ${code}`)
}
