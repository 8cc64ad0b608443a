import { basename } from 'node:path'
import { answersOf } from './answers/answers.ts'
import { readAnswers } from './answers/read.ts'
import { designDocument } from './document/document.ts'
import { misfitsIn } from './misfits/misfits.ts'
import { misfitLines } from './misfits/text.ts'

export type Made =
  | { readonly kind: 'made'; readonly document: string }
  /** `answers`: one is missing or wrong. `misfits`: they do not fit each other. */
  | { readonly kind: 'refused'; readonly why: 'answers' | 'misfits'; readonly lines: readonly string[] }

/** The whole way: a file of answers in, a document or all that is wrong with them out. @param file its name */
export async function designOf(text: string, file: string): Promise<Made> {
  const read = readAnswers(text, file)
  if (read.kind === 'wrong') return { kind: 'refused', why: 'answers', lines: read.faults }
  const answers = answersOf(read.given)
  const misfits = misfitsIn(answers)
  if (misfits.length === 0) return { kind: 'made', document: await designDocument(answers, basename(file)) }
  return {
    kind: 'refused',
    why: 'misfits',
    lines: misfits.flatMap((each) => misfitLines(each, read.given)),
  }
}
