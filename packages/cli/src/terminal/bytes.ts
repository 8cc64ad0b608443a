import { visibleLines } from './visible.ts'

export type BytesView = 'text' | 'hex'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text that these bytes are, or `undefined` where they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = strictUtf8.decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

/** As text where it is text, as a hex dump where it isn't. */
export function viewOf(bytes: Uint8Array): BytesView {
  return textOf(bytes) === undefined ? 'hex' : 'text'
}

/** Bytes as lines for a terminal; those that are no UTF-8 become U+FFFD in the text view. */
export function bytesLines(bytes: Uint8Array, view: BytesView): string {
  if (bytes.length === 0) return ''
  const text = view === 'hex' ? hexDump(bytes) : visibleLines(Buffer.from(bytes).toString('utf8'))
  return text.endsWith('\n') ? text : `${text}\n`
}

/** Sixteen bytes a line: the offset, their hex, and those that are printable ASCII. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const line = Array.from(bytes.subarray(at, at + 16))
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0'))
    const columns = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.padEnd(48)
    const ascii = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`${at.toString(16).padStart(8, '0')}  ${columns}  |${ascii}|\n`)
  }
  return lines.join('')
}
