import { expect, test } from 'vitest'
import { IgnoredMemberInvalid, ignoredMembers } from '../../../src/core/fingerprint/index.ts'

test.each([
  ['', 'is the whole request'],
  ['a', 'is malformed'],
  ['#/a', 'is malformed'],
  ['/a~', 'is malformed'],
  ['/a~2b', 'is malformed'],
  [7 as unknown as string, 'is not text'],
])('the pointer %j is refused', (pointer, fault) => {
  expect(() => ignoredMembers(['/fine', pointer])).toThrow(IgnoredMemberInvalid)
  expect(() => ignoredMembers(['/fine', pointer])).toThrow(fault)
})

test("'~01' is the name '~1', not '/'", () => {
  expect([...ignoredMembers(['/~01', '/~10']).members.keys()]).toEqual(['~1', '/0'])
})

test('the shorter of two pointers holds, in whichever order they come', () => {
  expect(ignoredMembers(['/a/b', '/a']).members.get('a')?.whole).toBe(true)
  expect(ignoredMembers(['/a', '/a/b']).members.get('a')?.whole).toBe(true)
  expect(ignoredMembers(['/a/b']).members.get('a')?.whole).toBe(false)
})
