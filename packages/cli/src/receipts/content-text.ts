import type { Output } from '../io.ts'
import { type BytesView, bytesLines, viewOf } from '../terminal/bytes.ts'
import { heading } from '../terminal/facts.ts'
import { countText, sizeText } from '../terminal/size.ts'
import { visible } from '../terminal/visible.ts'
import { notKeptBecause, type ReadOutcome } from './outcome-summary.ts'

/** Where nobody asked for a view, more than this of a body is cut: a megabyte would bury the receipt. */
const shownBytes: Readonly<Record<BytesView, number>> = { text: 4096, hex: 512 }

/** What is kept, under its title: a response with its fields and body, a value, or a failure. */
export function contentText(
  title: string,
  outcome: ReadOutcome,
  view: BytesView | undefined,
  output: Output,
): string {
  const [summary, ...lines] = contentLines(outcome, view, output)
  return `${heading(title, output)}  ${summary}\n${lines.join('')}`
}

function contentLines(outcome: ReadOutcome, view: BytesView | undefined, output: Output): readonly string[] {
  switch (outcome.kind) {
    case 'response':
      return [
        `HTTP ${output.style(outcome.status < 400 ? 'green' : 'red', String(outcome.status))}`,
        ...outcome.headers.map(
          ([name, value]) => `  ${output.style('cyan', `${visible(name)}:`)} ${visible(value)}\n`,
        ),
        ...bodyLines('body', outcome.body, view, output),
      ]
    case 'value':
      return outcome.value.form === 'nothing'
        ? ['no value (undefined)']
        : [
            outcome.value.form === 'json' ? 'a JSON value' : 'a value of bytes',
            ...bodyLines('value', outcome.value.bytes, view, output),
          ]
    case 'failure': {
      const { name, message, code } = outcome.failure
      return [
        `${output.style('red', visible(name))}${code === null ? '' : ` (${visible(code)})`}: ${visible(message)}`,
      ]
    }
    case 'not_kept':
      return [`it succeeded, and its outcome was not kept: ${notKeptBecause[outcome.why]}`]
    case 'unreadable':
      return [
        output.style('red', visible(outcome.says)),
        ...bodyLines('stored', outcome.bytes, view ?? 'hex', output),
      ]
  }
}

function bodyLines(
  what: string,
  bytes: Uint8Array,
  asked: BytesView | undefined,
  output: Output,
): readonly string[] {
  if (bytes.length === 0) return [`\n  ${output.style('dim', `${what}: empty`)}\n`]
  const view = asked ?? viewOf(bytes)
  const shown = asked === undefined ? bytes.subarray(0, shownBytes[view]) : bytes
  const left = bytes.length - shown.length
  const size =
    bytes.length < 1024
      ? sizeText(bytes.length)
      : `${sizeText(bytes.length)} (${countText(bytes.length)} bytes)`
  return [
    `\n  ${output.style('dim', `${what}: ${size}${view === 'hex' ? ', as hex' : ''}`)}\n`,
    bytesLines(shown, view).replace(/^(?=.)/gm, '  '),
    ...(left > 0
      ? [
          `  ${output.style('dim', `… ${countText(left)} more bytes: --body ${view} shows all, --body raw writes them as they are`)}\n`,
        ]
      : []),
  ]
}
