import { expect, it } from 'vitest'
import { withoutTimes } from '../../../../../src/testing/prove/http/judging/times.ts'

const now = new Date('2026-11-28T23:59:58.123Z')

it.each([
  now.toISOString(),
  '2026-11-28T23:59:58+01:00',
  '2026-11-28 23:59:58.123456 UTC',
  now.toUTCString(),
  '2026-11-28',
  String(Date.now()),
  String(Math.floor(Date.now() / 1000)),
  `${Date.now()}000`,
])('%s is a time, by which no two runs are told apart', (time) => {
  expect(withoutTimes(`{"at":"${time}"}`)).toBe('{"at":""}')
})

it.each(['ch_17', '17', '1234567890123456001', '4111111111111111', '2026'])('%s is none', (id) => {
  expect(withoutTimes(`{"id":"${id}"}`)).toBe(`{"id":"${id}"}`)
})
