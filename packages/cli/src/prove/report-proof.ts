import { access, constants, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Proof, type VerdictKind, verdictOf } from 'counterfoil/testing'
import { CommandError } from '../command-error.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../terminal/json.ts'
import { visible } from '../terminal/visible.ts'
import { htmlReport } from './report/html/page.ts'
import { proofJson } from './report/report-json.ts'
import { junitReport } from './report/report-junit.ts'
import { markdownReport } from './report/report-markdown.ts'
import { closingLine, textReport } from './report/report-text.ts'

/** What every `prove` command has. */
export interface ReportOptions {
  /** A folder, made where there is none: `report.json`, `report.xml`, `report.md` and `report.html` are written into it. */
  readonly report?: string
  /** The JSON instead of the text on stdout, and nothing else there. */
  readonly json?: boolean
}

/** Tells what was found, and says by its exit code whether all of it held. */
export async function reportProof(proof: Proof, { report, json }: ReportOptions, io: Io): Promise<ExitCode> {
  await io.stdout.write(json ? jsonLine(proofJson(proof)) : textReport(proof, io.stdout))
  if (json) await io.stderr.write(`${closingLine(proof, io.stderr)}\n`)
  if (report !== undefined) {
    await writeReports(proof, report)
    const names = reports.map(({ name }) => name).join(', ')
    await io.stderr.write(`${io.stderr.style('dim', `Written into ${visible(report)}: ${names}`)}\n`)
  }
  return codes[verdictOf(proof)]
}

const codes: Readonly<Record<VerdictKind, ExitCode>> = {
  held: exitCodes.ok,
  broken: exitCodes.broken,
  not_shown: exitCodes.notShown,
}

const reports: readonly { readonly name: string; readonly text: (proof: Proof) => string }[] = [
  { name: 'report.json', text: (proof) => `${JSON.stringify(proofJson(proof), null, 2)}\n` },
  { name: 'report.xml', text: junitReport },
  { name: 'report.md', text: markdownReport },
  { name: 'report.html', text: htmlReport },
]

/** Before a long proof, so that it isn't known only after it. @throws {CommandError} */
export async function assertReportFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
    .then(() => access(folder, constants.W_OK))
    .catch((error: unknown) => cannotWrite(folder, error))
}

async function writeReports(proof: Proof, folder: string): Promise<void> {
  const texts = reports.map(({ name, text }) => [join(folder, name), text(proof)] as const)
  await mkdir(folder, { recursive: true })
    .then(() => Promise.all(texts.map(([path, text]) => writeFile(path, text))))
    .catch((error: unknown) => cannotWrite(folder, error))
}

function cannotWrite(folder: string, error: unknown): never {
  const { code } = error as NodeJS.ErrnoException
  throw new CommandError(
    exitCodes.unavailable,
    `--report ${folder} can't be written to (${code}): name a folder that can.`,
    { cause: error },
  )
}
