import { keptOf } from '../../own-to-each.ts'
import type { WireLines } from '../../wire.ts'
import type { Answered } from './exchange.ts'
import { broken, type Finding, kept } from './finding.ts'
import { withoutMarks } from './replay-mark.ts'
import type { Answer } from './shooting/shot.ts'

/**
 * What a server or a proxy tells about the exchange at hand, whatever the outcome: a retry has its own. `Content-Length`
 * is there or not by how the body is framed, and the bytes are compared by themselves.
 */
const ofOneExchange =
  /^(age|via|content-length|retry-after|alt-svc|(x-)?(request|correlation|trace|span)-?id|traceparent|tracestate|x-b3-.*|x-amzn-.*|x-amz-cf-.*|x-cloud-trace-context|cf-.*|x-(response|process)-time|x-runtime|x-served-by|x-timer|x-rate-?limit-.*)$/i

/** Whether the retry's answer is the first one's. */
export function judgeIdentity(first: Answered, retry: Answered): Finding {
  const why = differenceOf(first.answer, retry.answer)
  if (why !== undefined) return broken(why, [first, retry])
  const [before, after] = [spelling(first.answer), spelling(retry.answer)]
  return kept(
    before === after
      ? undefined
      : 'The replay has its field lines in another order or spelling, or more of them; HTTP allows that.',
  )
}

function differenceOf(first: Answer, retry: Answer): string | undefined {
  if (first.status !== retry.status)
    return `The first answer has the status ${first.status}, and its replay ${retry.status}.`
  const field = changedField(compared(first), compared(retry))
  if (field !== undefined)
    return `The replay lacks the first answer’s ${field} field, or has it with another value.`
  if (first.sha256 === retry.sha256) return undefined
  return first.bytes === retry.bytes
    ? 'The replay’s body has other bytes than the first answer’s.'
    : `The first answer’s body has ${first.bytes} bytes, and its replay’s ${retry.bytes}.`
}

function compared(answer: Answer): WireLines {
  return withoutMarks(keptOf(answer)).filter(([name]) => !ofOneExchange.test(name))
}

/** The name of a field of the first answer whose values, in their order, are others in the retry's. */
function changedField(first: WireLines, retry: WireLines): string | undefined {
  const names = new Set(first.map(([name]) => name.toLowerCase()))
  const changed = [...names].find((name) => valuesOf(first, name) !== valuesOf(retry, name))
  return first.find(([name]) => name.toLowerCase() === changed)?.[0]
}

/** A repeated field is the same as one with all its values (RFC 9110, section 5.3). */
function valuesOf(lines: WireLines, name: string): string {
  return lines
    .filter(([of]) => of.toLowerCase() === name)
    .map(([, value]) => value)
    .join(', ')
}

function spelling(answer: Answer): string {
  return JSON.stringify(compared(answer))
}
