import { expect, it } from 'vitest'
import { keyInBytes, keyInValue, keyPointer, mayHoldKey } from '../../src/core/index.ts'

const inText = (text: string, pointer = '/key') => keyInBytes(Buffer.from(text), keyPointer(pointer))

it.each([
  ['{"key":"a"}', '/key', 'a'],
  ['{ "x": [{"key":"no"}], "\\u006bey" : "\\u0061" }', '/key', 'a'],
  ['{"a":{"b":[1,"]}",{"c":"deep"}]}}', '/a/b/2/c', 'deep'],
  ['{"a/b":{"~":"k"}}', '/a~1b/~0', 'k'],
  ['{"__proto__":"k"}', '/__proto__', 'k'],
  ['["a","b"]', '/1', 'b'],
])('finds the key of %s at %s', (text, pointer, key) => {
  expect(inText(text, pointer)).toBe(key)
  expect(keyInValue(JSON.parse(text), keyPointer(pointer))).toBe(key)
})

it.each([
  ['{}', '/key'],
  ['[]', '/0'],
  ['["a"]', '/00'],
  ['["a"]', '/length'],
  ['"text"', '/0'],
  ['{"x":{"key":"a"}}', '/key'],
  ['{}', '/constructor/name'],
])('finds none in %s at %s', (text, pointer) => {
  expect(inText(text, pointer)).toBeUndefined()
  expect(keyInValue(JSON.parse(text), keyPointer(pointer))).toBeUndefined()
})

it.each([
  ['{"key":"a","key":"b"}', 'more than once'],
  ['{"key":"a","\\u006bey":"a"}', 'more than once'],
  ['{"key":7}', 'is no text'],
  ['{"key":null}', 'is no text'],
  ['{"key":"a"', 'no JSON'],
  ['{"key":"a"} {}', 'no JSON'],
  ['\ufeff{"key":"a"}', 'no JSON'],
])('refuses %s', (text, says) => {
  expect(() => inText(text)).toThrow(says)
})

it('refuses a name on the way that stands there twice, but none beside it', () => {
  expect(() => inText('{"m":{"key":"a"},"m":{"key":"b"}}', '/m/key')).toThrow('more than once')
  expect(inText('{"m":{"x":1,"x":2,"key":"a"}}', '/m/key')).toBe('a')
})

it('takes any depth', () => {
  expect(inText(`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)},"key":"a"}`)).toBe('a')
})

it.each(['', 'key', '/a~2', 7])('is no pointer: %j', (pointer) => {
  expect(() => keyPointer(pointer)).toThrow('JSON Pointer')
})

it('looks only into JSON', () => {
  expect([mayHoldKey('application/json; charset=utf-8'), mayHoldKey('application/x+json')]).toEqual([
    true,
    true,
  ])
  expect([mayHoldKey('text/plain'), mayHoldKey(undefined)]).toEqual([false, false])
})
