import type { WireLines } from '../../../wire.ts'
import type { Answer } from '../shooting/shot.ts'
import { isAboutNow } from './times.ts'

/** Field lines that say nothing of an outcome, and are alike by nature. */
const common =
  /^(date|server|connection|keep-alive|content-length|content-type|cache-control|vary|via|age|access-control-.*)$/i

export type Words = ReadonlySet<string>

/** The words of a text: what can be recognised of it in another one. */
export function wordsOf(text: string): Words {
  return new Set(text.match(/[\p{L}\p{N}_]+/gu) ?? [])
}

export function wordsOfBytes(bytes: Uint8Array): Words {
  return wordsOf(new TextDecoder().decode(bytes))
}

/** Of an answer's body and of its field lines. */
export function wordsOfAnswer({ body, lines }: Pick<Answer, 'body' | 'lines'>): Words {
  return union([wordsOfBytes(body), wordsOfFields({ lines })])
}

export function wordsOfFields({ lines }: Pick<Answer, 'lines'>): Words {
  return wordsOf(valuesOf(lines))
}

function valuesOf(lines: WireLines): string {
  return lines
    .filter(([name]) => !common.test(name))
    .map(([, value]) => value)
    .join('\n')
}

/** Too short a word stands anywhere. */
const SHORTEST = 4

/**
 * The words that stand in what must stay secret, and nowhere in what the asker knows anyway.
 *
 * @param known what it sent itself, its key, and what such an outcome always says
 */
export function secretsIn(words: Words, known: readonly Words[]): Words {
  const secrets = [...without(words, union(known))].filter((word) => word.length >= SHORTEST)
  // A refusal tells the time by its own clock.
  return new Set(secrets.filter((word) => !isAboutNow(word)))
}

function union(all: readonly Words[]): Words {
  return new Set(all.flatMap((words) => [...words]))
}

export function intersection(one: Words, other: Words): Words {
  return new Set([...one].filter((word) => other.has(word)))
}

export function without(words: Words, others: Words): Words {
  return new Set([...words].filter((word) => !others.has(word)))
}
