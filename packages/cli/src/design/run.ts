import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { CommandError } from '../command-error.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { visible } from '../terminal/visible.ts'
import { designOf } from './design-of.ts'
import { template } from './questions/template.ts'

export interface DesignOptions {
  readonly out?: string
  readonly printQuestions?: true
}

/** @throws {CommandError} */
export async function runDesign(file: string | undefined, options: DesignOptions, io: Io): Promise<ExitCode> {
  if (options.printQuestions) {
    await io.stdout.write(template())
    return exitCodes.ok
  }
  if (file !== undefined) return designFrom(file, options.out, io)
  if (!io.interactive)
    throw new CommandError(
      exitCodes.usage,
      'There is nobody to ask: give a file of answers, such as counterfoil design answers.yaml; counterfoil design --print-questions prints one to fill in.',
    )
  return designAsked(options.out, io)
}

async function designAsked(out: string | undefined, io: Io): Promise<ExitCode> {
  const { askAnswers } = await import('./ask.ts')
  const asked = await askAnswers({ input: process.stdin, output: process.stderr })
  if (asked === undefined) return exitCodes.interrupted
  const file = `${asked.name}.yaml`
  if (existsSync(file) && !(await io.confirm(`${file} is there already. Write over it?`)))
    return exitCodes.interrupted
  write(file, asked.yaml)
  await io.stderr.write(`The answers are in ${file}.\n`)
  return designFrom(file, out ?? `${asked.name}.md`, io)
}

async function designFrom(file: string, out: string | undefined, io: Io): Promise<ExitCode> {
  const made = await designOf(textAt(file), file)
  if (made.kind === 'refused') {
    for (const line of made.lines) await io.stderr.write(`${visible(line)}\n`)
    return made.why === 'answers' ? exitCodes.usage : exitCodes.refused
  }
  if (out === undefined) {
    await io.stdout.write(made.document)
    return exitCodes.ok
  }
  write(out, made.document)
  await io.stderr.write(`The design is in ${out}.\n`)
  return exitCodes.ok
}

function textAt(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandError(exitCodes.usage, `The answers can't be read: ${(error as Error).message}.`)
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new CommandError(exitCodes.unavailable, `${file} can't be written: ${(error as Error).message}.`)
  }
}
