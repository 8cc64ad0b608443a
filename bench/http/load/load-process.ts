/** The load in a process of its own: for each line of stdin, which is terms in JSON, one line that says what was measured. */
import { createInterface } from 'node:readline'
import { closedLoop } from './closed-loop.ts'
import type { LoadTerms } from './terms.ts'

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await closedLoop(JSON.parse(line) as LoadTerms))}\n`)
}
