import { isReached } from '../goals.ts'
import { header } from '../header.ts'
import { machine } from '../machine.ts'
import { intoPage } from '../page/page.ts'
import { PAYLOAD } from '../payload.ts'
import { print } from '../print.ts'
import { progressOn } from '../progress.ts'
import type { ServerFacts } from '../servers/facts.ts'
import { inFolderOfItsOwn } from '../working-folder.ts'
import { type GrowthRow, growthOf } from './measure.ts'
import { GROWTH_HELP, growthArgumentsIn } from './plan.ts'
import { growthGoals, growthReport } from './report.ts'
import type { GrownStore } from './stores.ts'

/** What a claim costs among few and many receipts, what they take, and what sweeping costs. */
export async function benchGrowth(argv: readonly string[], command: string): Promise<void> {
  const { do: task, as, write, plan } = growthArgumentsIn(argv)
  if (task === 'help') return void process.stdout.write(GROWTH_HELP)
  await inFolderOfItsOwn(async (folder) => {
    const where = machine(folder)
    const progress = progressOn(process.stderr)
    const rows: GrowthRow[] = []
    const servers: ServerFacts[] = []
    const missing = new Map<GrownStore, string>()
    for (const store of plan.stores) {
      const found = await growthOf(store, plan, folder, progress)
      if (typeof found === 'string') missing.set(store, found)
      else {
        rows.push(...found.rows)
        servers.push(...found.facts)
      }
    }
    progress.end()
    const goals = growthGoals(rows).map((goal) => ({ ...goal, reached: isReached(goal) }))
    const everything = {
      command,
      ...where,
      servers,
      ...plan,
      missing: Object.fromEntries(missing),
      rows,
      goals,
    }
    if (write) await intoPage('growth', { command, machine: where, servers, rows, goals })
    print(
      as,
      everything,
      () => `${header(where, command, PAYLOAD, servers)}\n\n${growthReport(rows, missing)}`,
    )
  })
}
