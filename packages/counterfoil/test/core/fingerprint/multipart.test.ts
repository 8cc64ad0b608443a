import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_PARTS, multipartParts } from '../../../src/core/fingerprint/multipart.ts'
import { runs } from './runs.ts'

function parse(text: string, boundary = 'B'): unknown {
  return multipartParts(Buffer.from(text, 'latin1'), boundary)?.map(({ fields, body }) => ({
    fields: fields.map(({ name, value }) => `${name}: ${value}`),
    body: Buffer.from(body).toString('latin1'),
  }))
}

const part = (fields: string[], body: string) => ({ fields, body })

describe('multipart parts', () => {
  test.each([
    ['one', '--B\r\nA: x\r\n\r\nbody\r\n--B--\r\n', [part(['a: x'], 'body')]],
    [
      'two, in order',
      '--B\r\nA: 2\r\n\r\nb\r\n--B\r\nA: 1\r\n\r\na\r\n--B--',
      [part(['a: 2'], 'b'), part(['a: 1'], 'a')],
    ],
    ['none', '--B--\r\n', []],
    ['an empty body', '--B\r\nA: x\r\n\r\n\r\n--B--', [part(['a: x'], '')]],
    ['no header', '--B\r\n\r\nbody\r\n--B--', [part([], 'body')]],
    ['neither', '--B\r\n\r\n\r\n--B--', [part([], '')]],
    ['padding behind the boundary', '--B \t\r\n\r\nx\r\n--B-- \r\n', [part([], 'x')]],
    ['a line break before the first', '\r\n--B\r\n\r\nx\r\n--B--', [part([], 'x')]],
    [
      'fields sorted by name',
      '--B\r\nb: 1\r\nA: 2\r\nB: 0\r\n\r\nx\r\n--B--',
      [part(['a: 2', 'b: 1', 'b: 0'], 'x')],
    ],
    ['blanks around a value', '--B\r\nA: \t x y \t\r\n\r\nx\r\n--B--', [part(['a: x y'], 'x')]],
    [
      'another boundary inside',
      '--B\r\n\r\n\r\n--C\r\n\n--B\r\n-B\r\n--B--',
      [part([], '\r\n--C\r\n\n--B\r\n-B')],
    ],
    ['bytes', '--B\r\n\r\n\x00\xff\r\r\n\n\r\n--B--', [part([], '\x00\xff\r\r\n\n')]],
  ])('with %s', (_case, text, expected) => {
    expect(parse(text)).toEqual(expected)
  })

  test.each([
    ['a preamble', 'hello\r\n--B\r\n\r\nx\r\n--B--'],
    ['an epilogue', '--B\r\n\r\nx\r\n--B--\r\nbye'],
    ['something right behind the end', '--B\r\n\r\nx\r\n--B--x'],
    ['no end', '--B\r\n\r\nx\r\n--B\r\n'],
    ['no end after a part', '--B\r\n\r\nx'],
    ['nothing', ''],
    ['another boundary', '--C\r\n\r\nx\r\n--C--'],
    ['a line that begins with the boundary', '--B\r\n\r\nx\r\n--Bx\r\n\r\ny\r\n--B--'],
    ['no empty line', '--B\r\nA: x\r\n--B--'],
    ['an empty line that is the delimiter', '--B\r\nA: x\r\n\r\n--B--'],
    ['a delimiter right behind another', '--B\r\n--B--'],
    ['a folded field', '--B\r\nA: x\r\n y\r\n\r\nx\r\n--B--'],
    ['a field without a colon', '--B\r\nA\r\n\r\nx\r\n--B--'],
    ['a blank before the colon', '--B\r\nA : x\r\n\r\nx\r\n--B--'],
    ['a bare line feed in a field', '--B\r\nA: x\nB: y\r\n\r\nx\r\n--B--'],
    ['bare line feeds', '--B\n\nx\n--B--\n'],
  ])('are none with %s', (_case, text) => {
    expect(parse(text)).toBeUndefined()
  })

  test('are none with a delimiter that would pass for a field of the part behind another', () => {
    expect(parse('--a:\r\n--a:--\r\n\r\nx\r\n--a:--', 'a:')).toBeUndefined()
  })

  test.each([
    ['', false],
    ['a '.repeat(20), false],
    ['a"b', false],
    ['x'.repeat(70), true],
    ['x'.repeat(71), false],
    ["a'()+_,-./:=? z", true],
  ])('have a boundary by the RFC: %j %s', (boundary, allowed) => {
    expect(parse(`--${boundary}\r\n\r\nx\r\n--${boundary}--`, boundary) !== undefined).toBe(allowed)
  })

  test('are at most a thousand', () => {
    const body = (count: number) => `${'--B\r\n\r\nx\r\n'.repeat(count)}--B--`
    expect(parse(body(MAX_PARTS))).toHaveLength(MAX_PARTS)
    expect(parse(body(MAX_PARTS + 1))).toBeUndefined()
  })

  test('come back as they were written, under any boundary', () => {
    const boundary = fc.string({ unit: fc.constantFrom('-', 'B', 'C', '0'), minLength: 1, maxLength: 5 })
    const body = fc.string({ unit: fc.constantFrom('\r\n', '\r', '\n', '--', 'B', 'C', 'x', '\r\n--B') })
    const property = fc.property(boundary, fc.array(body, { maxLength: 4 }), (boundary, bodies) => {
      fc.pre(!bodies.some((text) => `\r\n${text}`.includes(`\r\n--${boundary}`)))
      const text = bodies.map((body) => `--${boundary}\r\nA: x\r\n\r\n${body}\r\n`).join('')
      expect(parse(`${text}--${boundary}--\r\n`, boundary)).toEqual(
        bodies.map((body) => part(['a: x'], body)),
      )
    })
    fc.assert(property, { numRuns: runs(2000) })
  })
})
