import { constants } from 'node:os'
import { goalTable } from '../goal-table.ts'
import { isReached } from '../goals.ts'
import { header } from '../header.ts'
import { machine } from '../machine.ts'
import { OUTCOME_BYTES } from '../payload.ts'
import { print } from '../print.ts'
import { progressOn } from '../progress.ts'
import { inFolderOfItsOwn } from '../working-folder.ts'
import { absent } from './absent.ts'
import { HTTP_HELP, type HttpArguments, httpArgumentsIn } from './arguments.ts'
import { assertBuilt } from './build.ts'
import { commitsPerRequest } from './commits.ts'
import { httpGoals } from './goals.ts'
import { REQUEST_BYTES } from './load/request.ts'
import { canBeProfiled, profileHttp } from './profile/profile.ts'
import { httpProfileReport } from './profile/report.ts'
import { absentText, httpReport, NOTES } from './report.ts'
import { runHttpRounds } from './rounds.ts'
import { endAll } from './server-process.ts'

const PAYLOAD = `POST of ${REQUEST_BYTES} bytes of JSON, answer of ${OUTCOME_BYTES} bytes of JSON`

/** What each integration, and the gateway, adds to a request. */
export async function benchHttp(argv: readonly string[], command: string): Promise<void> {
  const asked = httpArgumentsIn(argv)
  if (asked.do === 'help') return void process.stdout.write(HTTP_HELP)
  if (asked.origin === 'dist') assertBuilt()
  process.on('exit', endAll)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => process.exit(128 + constants.signals[signal]))
  await inFolderOfItsOwn((folder) =>
    asked.do === 'profile' ? showProfile(asked, command, folder) : measure(asked, command, folder),
  )
}

async function measure(
  { as, origin, fetch, plan: asked }: HttpArguments,
  command: string,
  folder: string,
): Promise<void> {
  const missing = await absent(new Set(asked.cells.map(({ server }) => server)), fetch)
  const plan = { ...asked, cells: asked.cells.filter(({ server }) => !missing.has(server)) }
  const where = machine(folder)
  const results = await runHttpRounds(plan, { origin, folder }, progressOn(process.stderr))
  const onSqlite = plan.cells.some(({ server }) => server === 'gateway-sqlite')
  const goals = httpGoals(results, onSqlite ? await commitsPerRequest({ origin, folder }) : undefined)
  const { cells, ...effort } = plan
  const everything = {
    command,
    ...where,
    ...effort,
    origin,
    absent: Object.fromEntries(missing),
    results: cells.map((cell) => ({ ...cell, rounds: results.of(cell) })),
    goals: goals.map((goal) => ({ ...goal, reached: isReached(goal) })),
  }
  print(as, everything, () =>
    [header(where, command, PAYLOAD), httpReport(plan, results), absentText(missing), goalTable(goals), NOTES]
      .filter((text) => text !== '')
      .join('\n\n'),
  )
}

async function showProfile(
  { as, origin, plan: asked }: HttpArguments,
  command: string,
  folder: string,
): Promise<void> {
  const plan = { ...asked, cells: asked.cells.filter(({ server }) => canBeProfiled(server)) }
  const where = machine(folder)
  const found = await profileHttp(plan, { origin, folder }, progressOn(process.stderr))
  const profiles = found.map(({ cell, cpuUs, categories }) => ({
    ...cell,
    cpuUs,
    categories: Object.fromEntries(categories),
  }))
  print(
    as,
    { command, ...where, profiles },
    () => `${header(where, command, PAYLOAD)}\n\n${httpProfileReport(found)}`,
  )
}
