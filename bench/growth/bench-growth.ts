import { isReached } from '../goals.ts'
import { header } from '../header.ts'
import { machine } from '../machine.ts'
import { PAYLOAD } from '../payload.ts'
import { print } from '../print.ts'
import { progressOn } from '../progress.ts'
import { inFolderOfItsOwn } from '../working-folder.ts'
import { type GrowthRow, growthOf } from './measure.ts'
import { GROWTH_HELP, growthArgumentsIn } from './plan.ts'
import { growthGoals, growthReport } from './report.ts'
import type { GrownStore } from './stores.ts'

/** What a claim costs among few and many receipts, what they take, and what sweeping costs. */
export async function benchGrowth(argv: readonly string[], command: string): Promise<void> {
  const { do: task, as, plan } = growthArgumentsIn(argv)
  if (task === 'help') return void process.stdout.write(GROWTH_HELP)
  await inFolderOfItsOwn(async (folder) => {
    const where = machine(folder)
    const progress = progressOn(process.stderr)
    const rows: GrowthRow[] = []
    const missing = new Map<GrownStore, string>()
    for (const store of plan.stores) {
      const found = await growthOf(store, plan, folder, progress)
      if (typeof found === 'string') missing.set(store, found)
      else rows.push(...found)
    }
    progress.end()
    const goals = growthGoals(rows).map((goal) => ({ ...goal, reached: isReached(goal) }))
    const everything = { command, ...where, ...plan, missing: Object.fromEntries(missing), rows, goals }
    print(as, everything, () => `${header(where, command, PAYLOAD)}\n\n${growthReport(rows, missing)}`)
  })
}
