import { absentContenders, absentText } from './absent.ts'
import { type Arguments, argumentsIn, HELP } from './arguments.ts'
import type { ContenderName } from './contenders.ts'
import { goals, isReached } from './goals.ts'
import { header } from './header.ts'
import { machine } from './machine.ts'
import { intoPage } from './page/page.ts'
import { PAYLOAD } from './payload.ts'
import type { Plan } from './plan.ts'
import { print } from './print.ts'
import { profile } from './profile/profile.ts'
import { profileReport } from './profile/report.ts'
import { progressOn } from './progress.ts'
import { report } from './report.ts'
import { runRounds } from './rounds.ts'
import { type Servers, serversNeeded, startServers } from './servers/start.ts'
import { rowsOf } from './summary.ts'
import { inFolderOfItsOwn } from './working-folder.ts'

/** What a call of an operation costs, on each store. */
export async function benchStores(argv: readonly string[], command: string): Promise<void> {
  const asked = argumentsIn(argv)
  if (asked.do === 'help') return void process.stdout.write(HELP)
  const servers = await startServers(serversNeeded(asked.plan.contenders))
  try {
    await inFolderOfItsOwn((folder) =>
      asked.do === 'profile'
        ? showProfile(asked, command, { folder, servers })
        : measureCalls(asked, command, { folder, servers }),
    )
  } finally {
    await servers.end()
  }
}

interface Surroundings {
  readonly folder: string
  readonly servers: Servers
}

async function measureCalls(
  { as, fetch, write, plan: asked }: Arguments,
  command: string,
  { folder, servers }: Surroundings,
): Promise<void> {
  const notThere = await absentContenders(asked.contenders, servers.missing, fetch)
  const where = machine(folder)
  const there = without(asked, notThere)
  const { results, failed } = await runRounds(there, { folder, servers }, progressOn(process.stderr))
  const absent = new Map([...notThere, ...failed])
  const plan = without(asked, absent)
  const { contenders, cells, ...effort } = plan
  const reached = goals(results).map((goal) => ({ ...goal, reached: isReached(goal) }))
  const everything = {
    command,
    ...where,
    servers: servers.facts,
    ...effort,
    absent: Object.fromEntries(absent),
    results: contenders.flatMap((contender) =>
      cells.map((cell) => ({ contender, ...cell, rounds: results.of(contender, cell) })),
    ),
    goals: reached,
  }
  if (write) {
    const rows = rowsOf(plan, results)
    await intoPage('calls', {
      command,
      machine: where,
      servers: servers.facts,
      effort,
      absent: everything.absent,
      rows,
      goals: reached,
    })
  }
  print(as, everything, () =>
    [header(where, command, PAYLOAD, servers.facts), absentText(absent), report(plan, results)]
      .filter((text) => text !== '')
      .join('\n\n'),
  )
}

function without(plan: Plan, absent: ReadonlyMap<ContenderName, string>): Plan {
  return { ...plan, contenders: plan.contenders.filter((name) => !absent.has(name)) }
}

async function showProfile(
  { as, plan }: Arguments,
  command: string,
  { folder, servers }: Surroundings,
): Promise<void> {
  const where = machine(folder)
  const found = await profile(plan, { folder, servers }, progressOn(process.stderr))
  const head = header(where, command, PAYLOAD, servers.facts)
  print(as, { command, ...where, ...found }, () => `${head}\n\n${profileReport(found)}`)
}
