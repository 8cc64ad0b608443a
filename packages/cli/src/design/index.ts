import type { Command } from 'commander'
import { designExitCodes, type Ended } from '../exit-codes.ts'
import { addHelp } from '../help.ts'
import type { Io } from '../io.ts'
import type { DesignOptions } from './run.ts'

/** `counterfoil design`: from answers about an operation to one document. */
export function addDesign(program: Command, io: Io, ended: Ended): void {
  const design = program
    .command('design')
    .description(
      'Write the idempotency design of an operation from answers about its effects, key, store and retries; or say why the answers do not fit each other.',
    )
    .argument('[answers]', 'a YAML file of answers; without it they are asked at the terminal')
    .option('--out <file>', 'where the design is written; default stdout')
    .option('--print-questions', 'print a file of answers to fill in, and nothing else')
    .action(async (answers: string | undefined, options: DesignOptions) => {
      const { runDesign } = await import('./run.ts')
      ended(await runDesign(answers, options, io))
    })
  addHelp(design, io, {
    exitCodes: designExitCodes,
    notes: [
      'The design is one Markdown document: key contract, receipt schema, atomic claim, states, concurrent retries, result capture, failure semantics, cleanup and consistency with sizes, a test plan of commands, and the configuration. Layout, claim and states come from the code that runs.',
      'Answers that do not fit each other are refused, all at once, each with its line, the reason, and what to change.',
      'If they are asked at the terminal, the answers are saved as <operation>.yaml, and the design as <operation>.md unless --out says where.',
    ],
    examples: [
      ['a file to fill in', 'counterfoil design --print-questions > answers.yaml'],
      ['the design', 'counterfoil design answers.yaml --out design.md'],
    ],
  })
}
