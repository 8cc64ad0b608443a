/** One part of a multipart body. */
export interface Part {
  /** Sorted by name; fields of one name in the order in which they came. */
  readonly fields: readonly PartField[]
  readonly body: Uint8Array
}

export interface PartField {
  /** In lower case. */
  readonly name: string
  /** As received, one character for each byte, without the white space around it. */
  readonly value: string
}

/** Each part costs a microsecond to read and to hash, and takes as few as eleven bytes. */
export const MAX_PARTS = 1000

/**
 * The parts of a multipart body, in order (RFC 2046, section 5.1.1; RFC 7578), so that two bodies which differ in
 * their boundary alone have the same ones.
 *
 * Strict: `undefined` wherever two parsers might see two things, and the bytes have to be compared as they are. That
 * is a preamble or epilogue that isn't empty, a line that begins with the boundary and goes on, a part without the
 * empty line behind its header, a folded or malformed header field, or more than `MAX_PARTS`.
 */
export function multipartParts(body: Uint8Array, boundary: string): Part[] | undefined {
  if (!boundaryPattern.test(boundary)) return undefined
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  const parts: Part[] = []
  // The first delimiter may do without its line break.
  let at = bytes.indexOf(delimiter) === 0 ? delimiter.length : delimiter.length - 2
  if (at !== delimiter.length && !bytes.subarray(0, at).equals(delimiter.subarray(2))) return undefined
  for (;;) {
    if (bytes[at] === DASH && bytes[at + 1] === DASH) return endsHere(bytes, at + 2) ? parts : undefined
    const start = lineEnd(bytes, at)
    if (start === undefined || parts.length === MAX_PARTS) return undefined
    // From the line break on, so that the next delimiter is seen even if it shares it.
    const end = bytes.indexOf(delimiter, start - 2)
    const part = end < start ? undefined : parsePart(bytes.subarray(start, end))
    if (part === undefined) return undefined
    parts.push(part)
    at = end + delimiter.length
  }
}

const CR = 0x0d
const LF = 0x0a
const DASH = 0x2d

// RFC 2046, section 5.1.1: at most 70 characters, of which the last is no space.
const boundaryPattern = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/
const emptyLine = Buffer.from('\r\n\r\n')
// Field names are tokens (RFC 9110, section 5.6.2); values have no control characters apart from tabs.
const fieldPattern = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/

/** Behind the delimiter's line, which may be padded with white space. */
function lineEnd(bytes: Buffer, from: number): number | undefined {
  let at = from
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : undefined
}

function endsHere(bytes: Buffer, at: number): boolean {
  return at === bytes.length || lineEnd(bytes, at) === bytes.length
}

function parsePart(part: Buffer): Part | undefined {
  if (part[0] === CR && part[1] === LF) return { fields: [], body: part.subarray(2) }
  const headerEnd = part.indexOf(emptyLine)
  if (headerEnd < 0) return undefined
  const fields = parseFields(part.toString('latin1', 0, headerEnd))
  return fields && { fields, body: part.subarray(headerEnd + emptyLine.length) }
}

function parseFields(header: string): PartField[] | undefined {
  const fields: PartField[] = []
  for (const line of header.split('\r\n')) {
    const match = fieldPattern.exec(line)
    if (match === null) return undefined
    fields.push({ name: (match[1] as string).toLowerCase(), value: withoutTrailingSpace(match[2] as string) })
  }
  return fields.sort((one, other) => (one.name === other.name ? 0 : one.name < other.name ? -1 : 1))
}

// By hand: /[\t ]+$/ is quadratic in runs of blanks.
function withoutTrailingSpace(value: string): string {
  let end = value.length
  while (end > 0 && (value.charCodeAt(end - 1) === 0x20 || value.charCodeAt(end - 1) === 0x09)) end--
  return value.slice(0, end)
}
