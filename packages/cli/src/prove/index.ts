import type { Command } from 'commander'
import { type Ended, proveExitCodes } from '../exit-codes.ts'
import { addHelp } from '../help.ts'
import type { Io } from '../io.ts'
import { addProveHttp } from './http/command.ts'
import { addProveStore } from './store/command.ts'

/** `counterfoil prove`: what is proven, and what each proof has in common. */
export function addProve(program: Command, io: Io, ended: Ended): void {
  const prove = program
    .command('prove')
    .description(
      'Prove that a service runs each request once, or that a store keeps its contract, by firing at it.',
    )
    .helpCommand(false)
  addHelp(prove, io, {
    exitCodes: proveExitCodes,
    notes: [
      'A verdict is held, broken or not shown. Held says how rare a fault it could have missed; broken comes with the shortest evidence; not shown says what was missing and which option gives it, and never counts as held.',
      '--report writes report.json, report.xml (JUnit), report.md and report.html into a folder. The JSON has a published schema: docs/schemas/proof-1.json.',
      'Ctrl-C stops it in order: what was killed is started again, and what was shown until then is reported.',
    ],
    examples: [
      [
        'a charge endpoint on this machine',
        'counterfoil prove http --url http://127.0.0.1:3000/charges --body @charge.json',
      ],
      ['your own store, under its own settings', 'counterfoil prove store postgres://localhost/app'],
    ],
  })
  addProveHttp(prove, io, ended)
  addProveStore(prove, io, ended)
}
