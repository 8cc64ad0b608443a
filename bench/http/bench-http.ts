import { goalTable } from '../goal-table.ts'
import { isReached } from '../goals.ts'
import { header } from '../header.ts'
import { machine } from '../machine.ts'
import { OUTCOME_BYTES } from '../payload.ts'
import { print } from '../print.ts'
import { progressOn } from '../progress.ts'
import { inFolderOfItsOwn } from '../working-folder.ts'
import { absent } from './absent.ts'
import { HTTP_HELP, httpArgumentsIn } from './arguments.ts'
import { assertBuilt } from './build.ts'
import { commitsPerRequest } from './commits.ts'
import { httpGoals } from './goals.ts'
import { REQUEST_BYTES } from './load/request.ts'
import { absentText, httpReport, NOTES } from './report.ts'
import { runHttpRounds } from './rounds.ts'

const PAYLOAD = `POST of ${REQUEST_BYTES} bytes of JSON, answer of ${OUTCOME_BYTES} bytes of JSON`

/** What each integration, and the gateway, adds to a request. */
export async function benchHttp(argv: readonly string[], command: string): Promise<void> {
  const { do: task, as, origin, fetch, plan: asked } = httpArgumentsIn(argv)
  if (task === 'help') return void process.stdout.write(HTTP_HELP)
  if (origin === 'dist') assertBuilt()
  const missing = await absent(new Set(asked.cells.map(({ server }) => server)), fetch)
  const plan = { ...asked, cells: asked.cells.filter(({ server }) => !missing.has(server)) }
  await inFolderOfItsOwn(async (folder) => {
    const where = machine(folder)
    const results = await runHttpRounds(plan, { origin, folder }, progressOn(process.stderr))
    const commits = plan.cells.some(({ server }) => server === 'gateway-sqlite')
      ? await commitsPerRequest({ origin, folder })
      : undefined
    const reached = httpGoals(results, commits)
    const { cells, ...effort } = plan
    const everything = {
      command,
      ...where,
      ...effort,
      origin,
      absent: Object.fromEntries(missing),
      results: cells.map((cell) => ({ ...cell, rounds: results.of(cell) })),
      goals: reached.map((goal) => ({ ...goal, reached: isReached(goal) })),
    }
    print(as, everything, () =>
      [
        header(where, command, PAYLOAD),
        httpReport(plan, results),
        absentText(missing),
        goalTable(reached),
        NOTES,
      ]
        .filter((text) => text !== '')
        .join('\n\n'),
    )
  })
}
