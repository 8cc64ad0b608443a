import type { Command } from 'commander'

/** What every `prove` command has for its report. */
export function addReportFlags(command: Command): void {
  command
    .optionsGroup('The report:')
    .option(
      '--report <folder>',
      'write report.json, report.xml (JUnit), report.md and report.html into this folder',
    )
    .option('--json', 'print the report as JSON on stdout, and nothing else there')
}
