import { isReached } from '../goals.ts'
import { header } from '../header.ts'
import { machine } from '../machine.ts'
import { intoPage } from '../page/page.ts'
import { PAYLOAD } from '../payload.ts'
import { print } from '../print.ts'
import { progressOn } from '../progress.ts'
import { type ServerName, startServers } from '../servers/start.ts'
import { inFolderOfItsOwn } from '../working-folder.ts'
import { crowdsOn, type WaitersRow } from './measure.ts'
import { WAITERS_HELP, type WaitedOn, waitersArgumentsIn } from './plan.ts'
import { waitersGoals, waitersReport } from './report.ts'

/** Many callers on one key, in several processes: what the store sees of them, and what they take. */
export async function benchWaiters(argv: readonly string[], command: string): Promise<void> {
  const { do: task, as, write, plan } = waitersArgumentsIn(argv)
  if (task === 'help') return void process.stdout.write(WAITERS_HELP)
  const needed = new Set(plan.stores.filter((store): store is ServerName => store !== 'sqlite'))
  const servers = await startServers(needed)
  try {
    await inFolderOfItsOwn(async (folder) => {
      const where = machine(folder)
      const progress = progressOn(process.stderr)
      const rows: WaitersRow[] = []
      const missing = new Map<WaitedOn, string>(servers.missing)
      for (const [index, store] of plan.stores.filter((name) => !missing.has(name)).entries()) {
        progress.say(`waiters: ${store}`, index / plan.stores.length)
        rows.push(...(await crowdsOn(store, plan, { folder, servers })))
      }
      progress.end()
      const goals = waitersGoals(rows).map((goal) => ({ ...goal, reached: isReached(goal) }))
      const everything = {
        command,
        ...where,
        servers: servers.facts,
        ...plan,
        missing: Object.fromEntries(missing),
        rows,
        goals,
      }
      if (write)
        await intoPage('waiters', { command, machine: where, servers: servers.facts, plan, rows, goals })
      const head = header(where, command, PAYLOAD, servers.facts)
      print(as, everything, () => `${head}\n\n${waitersReport(plan, rows, missing)}`)
    })
  } finally {
    await servers.end()
  }
}
