import { argumentsIn, HELP } from './arguments.ts'
import { goals, isReached } from './goals.ts'
import { header } from './header.ts'
import { machine } from './machine.ts'
import { OUTCOME_BYTES, REQUEST_BYTES } from './payload.ts'
import { print } from './print.ts'
import { profile } from './profile/profile.ts'
import { profileReport } from './profile/report.ts'
import { progressOn } from './progress.ts'
import { report } from './report.ts'
import { runRounds } from './rounds.ts'
import { inFolderOfItsOwn } from './working-folder.ts'

const PAYLOAD = `request ${REQUEST_BYTES} bytes of JSON, outcome ${OUTCOME_BYTES} bytes of JSON`

/** What a call of an operation costs, on each store. */
export async function benchStores(argv: readonly string[], command: string): Promise<void> {
  const { do: task, as, plan } = argumentsIn(argv)
  if (task === 'help') return void process.stdout.write(HELP)
  await inFolderOfItsOwn(async (folder) => {
    const progress = progressOn(process.stderr)
    const where = machine(folder)
    const head = header(where, command, PAYLOAD)
    if (task === 'profile') {
      const found = await profile(plan, folder, progress)
      return print(as, { command, ...where, ...found }, () => `${head}\n\n${profileReport(found)}`)
    }
    const results = await runRounds(plan, folder, progress)
    const { contenders, cells, ...effort } = plan
    const everything = {
      command,
      ...where,
      ...effort,
      results: contenders.flatMap((contender) =>
        cells.map((cell) => ({ contender, ...cell, rounds: results.of(contender, cell) })),
      ),
      goals: goals(results).map((goal) => ({ ...goal, reached: isReached(goal) })),
    }
    print(as, everything, () => `${head}\n\n${report(plan, results)}`)
  })
}
