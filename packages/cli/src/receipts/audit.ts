import type { Finding, ReceiptStore } from 'counterfoil'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io, Style } from '../io.ts'
import { jsonLine } from '../terminal/json.ts'
import { visible } from '../terminal/visible.ts'
import { wrapped } from '../terminal/wrapped.ts'

export interface AuditOptions {
  readonly json?: boolean
}

const levels = ['refusal', 'warning', 'fact'] as const satisfies readonly Finding['level'][]
const styles: Readonly<Record<Finding['level'], Style>> = {
  refusal: ['red', 'bold'],
  warning: 'yellow',
  fact: 'dim',
}

/** What the store, as it is set up, does and does not survive; a refusal fails the command, so that a check can use it. */
export async function audit(store: ReceiptStore, { json }: AuditOptions, io: Io): Promise<ExitCode> {
  const findings = await store.audit()
  const sorted = levels.flatMap((level) => findings.filter((finding) => finding.level === level))
  for (const finding of sorted) {
    await io.stdout.write(
      json ? jsonLine({ level: finding.level, says: finding.says }) : findingText(finding, io),
    )
  }
  return findings.some(({ level }) => level === 'refusal') ? exitCodes.refused : exitCodes.ok
}

function findingText({ level, says }: Finding, { stdout }: Io): string {
  const margin = 9
  const text = wrapped(visible(says), (stdout.columns ?? Number.POSITIVE_INFINITY) - margin)
  return `${stdout.style(styles[level], level.padEnd(margin))}${text.replaceAll('\n', `\n${' '.repeat(margin)}`)}\n`
}
