/** `npm run bench`; README.md says what it measures, and `npm run bench -- --help` how to ask. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Arguments, argumentsIn, HELP } from './arguments.ts'
import { goals, isReached } from './goals.ts'
import { machine } from './machine.ts'
import { profile } from './profile/profile.ts'
import { profileReport } from './profile/report.ts'
import { progressOn } from './progress.ts'
import { header, report } from './report.ts'
import { runRounds } from './rounds.ts'

const argv = process.argv.slice(2)
const command = ['npm run bench', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' ')

try {
  const asked = argumentsIn(argv)
  if (asked.do === 'help') process.stdout.write(HELP)
  else await inFolderOfItsOwn((folder) => run(asked, folder))
} catch (error) {
  if (!(error instanceof TypeError || error instanceof RangeError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}

async function run(asked: Arguments, folder: string): Promise<void> {
  const progress = progressOn(process.stderr)
  const where = machine(folder)
  if (asked.do === 'profile') {
    const found = await profile(asked.plan, folder, progress)
    print(
      asked,
      { command, ...where, ...found },
      () => `${header(where, command)}\n\n${profileReport(found)}`,
    )
    return
  }
  const results = await runRounds(asked.plan, folder, progress)
  const { contenders, cells, ...effort } = asked.plan
  const everything = {
    command,
    ...where,
    ...effort,
    results: contenders.flatMap((contender) =>
      cells.map((cell) => ({ contender, ...cell, rounds: results.of(contender, cell) })),
    ),
    goals: goals(results).map((goal) => ({ ...goal, reached: isReached(goal) })),
  }
  print(asked, everything, () => `${header(where, command)}\n\n${report(asked.plan, results)}`)
}

function print({ as }: Arguments, everything: object, text: () => string): void {
  process.stdout.write(as === 'json' ? `${JSON.stringify(everything, null, 2)}\n` : `${text()}\n`)
}

/** Beside this file and not among the system's temporary ones: those may be kept in memory, where an fsync costs nothing. */
async function inFolderOfItsOwn(run: (folder: string) => Promise<void>): Promise<void> {
  const parent = join(import.meta.dirname, '.tmp')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'run-'))
  try {
    await run(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
