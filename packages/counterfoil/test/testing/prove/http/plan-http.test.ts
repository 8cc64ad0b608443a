import { expect, it } from 'vitest'
import { httpScenarios, planHttp } from '../../../../src/testing/index.ts'

const url = 'http://localhost/charges'

it('a plan says how many requests are sent at most, and in which rounds', () => {
  const only = ['duplicate', 'concurrent']
  const { requests, scenarios } = planHttp({ url, only, rounds: 10, requests: 50 })
  expect(scenarios.map(({ id, rounds, requests }) => [id, rounds, requests])).toEqual([
    ['duplicate', 3, 9],
    ['concurrent', 10, 510],
  ])
  expect(requests).toBe(9 + 510 + 3)
})

it('what is missing is told with the option that gives it, and nothing is sent for it', () => {
  const missing = (body: string): string | null | undefined =>
    planHttp({ url, body, only: ['reordered'] }).scenarios[0]?.missing
  expect(missing('{"a":1,"b":2}')).toBeNull()
  expect(missing('{"a":1}')).toMatch(/--body/)
  const [crash] = planHttp({ url, only: ['crash'] }).scenarios
  expect(crash).toMatchObject({ rounds: 0, requests: 0, missing: expect.stringMatching(/--kill-cmd/) })
})

it('every promise has an id of its own, and is a sentence', () => {
  expect(new Set(httpScenarios.map(({ id }) => id)).size).toBe(httpScenarios.length)
  for (const { id, title } of httpScenarios) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+|-\d+)*$/)
    expect(title).toMatch(/^[A-Z0-9].*\.$/)
  }
})

it('another caller is not the same one', () => {
  const plan = (value: string) => planHttp({ url, headers: [['X-Account', 'a']], as: [['x-account', value]] })
  expect(() => plan('a')).toThrow(/another caller/)
  expect(() => plan('b')).not.toThrow()
})
