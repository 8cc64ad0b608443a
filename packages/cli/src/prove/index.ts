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
      'Fire at a service or a store, and report whether it keeps its promises: one effect for each key, whatever is sent.',
    )
    .helpCommand(false)
  addHelp(prove, io, {
    exitCodes: proveExitCodes,
    notes: [
      'A verdict is held, broken or not shown. Held says how rare a fault it could have missed. Broken comes with the shortest evidence. Not shown says what was missing and which option supplies it; it never counts as held.',
      '--report writes report.json, report.xml (JUnit), report.md and report.html into a folder. The JSON has a published schema: docs/schemas/proof-1.json.',
      'Ctrl-C stops it cleanly: a service that was killed is started again, and what has been shown is reported.',
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
