import { describe, expect, test } from 'vitest'
import { comparableMediaType, isJson, parseMediaType } from '../../../src/core/fingerprint/media-type.ts'

describe('a media type', () => {
  test.each([
    ['application/json', 'application/json', []],
    [' Application/JSON ; Charset="UTF-8" ', 'application/json', [['charset', 'utf-8']]],
    [
      'text/x;b=2;a=1;b=0;A=3',
      'text/x',
      [
        ['a', '1'],
        ['a', '3'],
        ['b', '2'],
        ['b', '0'],
      ],
    ],
    ['text/x;;a=B;', 'text/x', [['a', 'B']]],
    ['text/x;a="q \\"x\\" \\\\ ;b=1"', 'text/x', [['a', 'q "x" \\ ;b=1']]],
    ['text/x;a=""', 'text/x', [['a', '']]],
  ])('%j', (field, essence, parameters) => {
    const named = parameters.map(([name, value]) => ({ name, value }))
    expect(parseMediaType(field)).toEqual({ essence, parameters: named })
  })

  test.each([
    '',
    'json',
    '/',
    'a/',
    'a/b/c',
    'a/b, c/d',
    'a/b; c',
    'a/b;c =d',
    'a/b;c= d',
    'a/b;c="d',
    'a/b;c="d"e',
    'a/b\n',
    'a/b;c="\n"',
  ])('is not %j', (field) => {
    expect(parseMediaType(field)).toBeUndefined()
  })

  test.each([
    ['application/json', true],
    ['text/json', true],
    ['application/vnd.api+json', true],
    ['application/x-ndjson', false],
    ['application/json-seq', false],
    ['text/plain', false],
  ])('%s is JSON: %s', (field, expected) => {
    const type = parseMediaType(field)
    expect(type && isJson(type)).toBe(expected)
  })
})

describe('two media types are compared', () => {
  test.each([
    ['application/json', 'Application/JSON; charset=UTF-8'],
    ['multipart/form-data; boundary=one', 'multipart/form-data;boundary="two"'],
    ['text/x;a=1;b=2', 'text/x; b=2; a=1'],
    ['no media type', 'no media type'],
  ])('as the same: %j and %j', (one, other) => {
    expect(comparableMediaType(other)).toBe(comparableMediaType(one))
  })

  test.each([
    ['application/json', 'application/json; charset=latin1'],
    ['text/plain', 'text/plain; charset=utf-8'],
    ['text/x;boundary=one', 'text/x;boundary=two'],
    ['text/x;a=1', 'text/x;a="1;b=2"'],
    ['text/x;a="1;b=2"', 'text/x;a=1;b=2'],
  ])('as different: %j and %j', (one, other) => {
    expect(comparableMediaType(other)).not.toBe(comparableMediaType(one))
  })
})
