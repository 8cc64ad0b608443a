import { keptOf } from '../../../own-to-each.ts'
import type { WireLines } from '../../../wire.ts'
import type { Answered } from '../exchange.ts'
import { broken, kept, type Ruling } from '../ruling.ts'
import type { Answer } from '../shooting/shot.ts'
import { withoutMarks } from './replay-mark.ts'

/**
 * What a server or a proxy tells about the exchange at hand, whatever the outcome: a retry has its own. `Content-Length`
 * is there or not by how the body is framed, and the bytes are compared by themselves.
 */
const ofOneExchange =
  /^(age|via|content-length|retry-after|alt-svc|(x-)?(request|correlation|trace|span)-?id|traceparent|tracestate|x-b3-.*|x-amzn-.*|x-amz-cf-.*|x-cloud-trace-context|cf-.*|x-(response|process)-time|x-runtime|x-served-by|x-timer|x-rate-?limit-.*)$/i

/** What belongs to the outcome, even if it were another one in every answer. */
const ofTheOutcome = /^(location|link|etag|last-modified|content-.*)$/i

/** Whether the answers to two retries are the first one's. */
export function judgeIdentity(
  first: Answered,
  retries: readonly [Answered, Answered, ...Answered[]],
): Ruling {
  const all = retries.map(({ answer }) => compared(answer))
  const fleeting = namesOf(all.flat()).filter(
    (name) => !ofTheOutcome.test(name) && new Set(all.map((lines) => valuesOf(lines, name))).size > 1,
  )
  for (const retry of retries) {
    const why = differenceOf(first.answer, retry.answer, fleeting)
    if (why !== undefined) return broken(why, [first, retry])
  }
  return kept(noteOn(first, retries[0], fleeting))
}

/** @param fleeting names of fields that differ from replay to replay: they can't be the outcome's */
function differenceOf(first: Answer, retry: Answer, fleeting: readonly string[]): string | undefined {
  if (first.status !== retry.status)
    return `The first answer has the status ${first.status}, and its replay ${retry.status}.`
  const [before, after] = [compared(first), compared(retry)]
  const changed = namesOf(before).find(
    (name) => !fleeting.includes(name) && valuesOf(before, name) !== valuesOf(after, name),
  )
  if (changed !== undefined)
    return `The replay lacks the first answer’s field ${changed}, or has another value in it.`
  if (first.sha256 === retry.sha256) return undefined
  return first.bytes === retry.bytes
    ? 'The replay’s body has other bytes than the first answer’s.'
    : `The first answer’s body has ${first.bytes} bytes, and its replay’s ${retry.bytes}.`
}

function noteOn(first: Answered, retry: Answered, fleeting: readonly string[]): string | undefined {
  if (fleeting.length > 0) {
    return `Taken for fields of the exchange, because they differ from replay to replay: ${fleeting.join(', ')}.`
  }
  return JSON.stringify(compared(first.answer)) === JSON.stringify(compared(retry.answer))
    ? undefined
    : 'The replay has its field lines in another order or spelling, or more of them; HTTP allows that.'
}

function compared(answer: Answer): WireLines {
  return withoutMarks(keptOf(answer)).filter(([name]) => !ofOneExchange.test(name))
}

/** In lower case, each once. */
function namesOf(lines: WireLines): readonly string[] {
  return [...new Set(lines.map(([name]) => name.toLowerCase()))]
}

/** A repeated field is the same as one with all its values (RFC 9110, section 5.3). */
function valuesOf(lines: WireLines, name: string): string {
  return lines
    .filter(([of]) => of.toLowerCase() === name)
    .map(([, value]) => value)
    .join(', ')
}
