import type { Readable, Writable } from 'node:stream'
import * as clack from '@clack/prompts'
import { soFarIn } from './answers/given.ts'
import { answersYaml } from './answers/yaml.ts'
import { adviceOn } from './questions/kinds.ts'
import { type Group, isAsked, type Question } from './questions/question.ts'
import { groups } from './questions/questions.ts'

/** Where it is asked. */
export interface Terminal {
  readonly input: Readable
  readonly output: Writable
}

export interface Asked {
  /** The operation's. */
  readonly name: string
  /** The answers, as a file of them has them. */
  readonly yaml: string
}

/** Every question that the answers before it call for. `undefined` where whoever was asked has had enough. */
export async function askAnswers(terminal: Terminal): Promise<Asked | undefined> {
  const texts = new Map<string, string>()
  clack.intro('counterfoil design', terminal)
  try {
    for (const group of groups) await askGroup(group, texts, terminal)
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
    clack.cancel('Nothing is written.', terminal)
    return undefined
  }
  clack.outro('That is all.', terminal)
  return { name: texts.get('operation.name') ?? '', yaml: answersYaml(texts) }
}

class Cancelled extends Error {}

async function askGroup(group: Group, texts: Map<string, string>, terminal: Terminal): Promise<void> {
  if (group.shape === 'one') {
    const soFar = soFarIn(texts, group.name)
    const needed = group.questions.some((question) => isAsked(question, soFar))
    if (!needed) return
    clack.log.info(group.about, terminal)
    return askAll(group.questions, group.name, texts, terminal)
  }
  clack.log.info(group.about, terminal)
  for (let at = 0; ; at += 1) {
    await askAll(group.questions, `${group.name}.${at}`, texts, terminal)
    const message = `Is there another of the ${group.name}?`
    if (!answered(await clack.confirm({ message, initialValue: false, ...terminal }))) return
  }
}

async function askAll(
  questions: readonly Question[],
  within: string,
  texts: Map<string, string>,
  terminal: Terminal,
): Promise<void> {
  for (const question of questions) {
    if (isAsked(question, soFarIn(texts, within)))
      texts.set(`${within}.${question.name}`, answered(await ask(question, terminal)))
  }
}

function ask({ asks, why, kind, example }: Question, terminal: Terminal): Promise<string | symbol> {
  if (kind.is === 'choice') {
    const options = Object.entries(kind.of).map(([value, hint]) => ({ value, label: value, hint }))
    return clack.select({ message: `${asks}\n${why}`, options, initialValue: example, ...terminal })
  }
  return clack.text({
    message: `${asks}\n${why}`,
    placeholder: example,
    defaultValue: example,
    validate: (given) => {
      // Nothing typed is the answer that is offered.
      const advice = given ? adviceOn(kind, given) : undefined
      return advice === undefined ? undefined : `${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`
    },
    ...terminal,
  })
}

/** @throws {Cancelled} for Ctrl-C and Escape */
function answered<T>(answer: T | symbol): T {
  if (typeof answer === 'symbol') throw new Cancelled()
  return answer
}
