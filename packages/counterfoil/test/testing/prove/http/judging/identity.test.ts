import { describe, expect, it } from 'vitest'
import type { Answered } from '../../../../../src/testing/prove/http/exchange.ts'
import { judgeIdentity } from '../../../../../src/testing/prove/http/judging/identity.ts'
import { CHARGE, exchange, type Seen } from '../seen.ts'

const first: Seen = {
  status: 201,
  body: CHARGE,
  lines: [
    ['Content-Type', 'application/json'],
    ['Location', '/charges/1'],
    ['Link', '</a>'],
    ['Link', '</b>'],
    ['Date', 'Sat, 28 Nov 2026 23:00:00 GMT'],
    ['X-Request-Id', 'one'],
  ],
}

const answered = (seen: Partial<Seen>): Answered => exchange({ ...first, ...seen }) as Answered

const judge = (retry: Partial<Seen>, later = retry) =>
  judgeIdentity(answered({}), [answered(retry), answered(later)])

const lines = first.lines ?? []

describe('a replay is the first response', () => {
  it('is kept by the same one', () => {
    expect(judge({})).toEqual({ kind: 'kept' })
  })

  it('is kept by one with a mark and an exchange of its own', () => {
    const own = lines.map(([name, value]) => [name, /^(Date|X-)/.test(name) ? 'another' : value] as const)
    expect(judge({ lines: [...own, ['Idempotent-Replayed', 'true'], ['Age', '3']] })).toEqual({
      kind: 'kept',
    })
  })

  it('is kept, and told, where HTTP says that it is the same', () => {
    const spelt = lines.toReversed().map(([name, value]) => [name.toLowerCase(), value] as const)
    const joined = [...spelt.filter(([name]) => name !== 'link'), ['link', '</a>, </b>'] as const]
    expect(judge({ lines: joined })).toMatchObject({
      kind: 'kept',
      note: expect.stringMatching(/HTTP allows/),
    })
  })

  it('is kept, and told, where a field differs from replay to replay', () => {
    const withNode = (node: string): Partial<Seen> => ({ lines: [...lines, ['X-Node', node]] })
    const found = judgeIdentity(answered(withNode('a')), [answered(withNode('b')), answered(withNode('c'))])
    expect(found).toMatchObject({ kind: 'kept', note: expect.stringMatching(/x-node/) })
  })

  it('is kept where some replay is of the server that gave the first answer', () => {
    const by = (node: string) => answered({ lines: [...lines, ['X-Node', node]] })
    expect(judgeIdentity(by('a'), [by('b'), by('b')]).kind).toBe('broken')
    expect(judgeIdentity(by('a'), [by('b'), by('b'), by('a')]).kind).toBe('kept')
  })

  it('is broken where every replay names another resource', () => {
    const at = (path: string): Partial<Seen> => ({ lines: [['Location', path]] })
    const found = judgeIdentity(answered(at('/1')), [answered(at('/2')), answered(at('/3'))])
    expect(found).toMatchObject({ kind: 'broken', why: expect.stringMatching(/location/) })
  })

  it('is broken where the second replay is another one', () => {
    expect(judge({}, { status: 200 })).toMatchObject({ kind: 'broken' })
  })

  it.each<[string, Partial<Seen>, RegExp]>([
    ['another status', { status: 200 }, /status 201.*200/],
    ['a field less', { lines: lines.filter(([name]) => name !== 'Location') }, /location/],
    ['another value', { lines: [...lines.slice(1), ['Content-Type', 'text/plain']] }, /content-type/],
    ['one line less of a repeated field', { lines: lines.filter(([, value]) => value !== '</a>') }, /link/],
    ['the same JSON anew', { body: '{"id": "ch_1", "amount": 5}' }, /24 bytes.*27/],
    ['other bytes', { body: CHARGE.replace('1', '2') }, /other bytes/],
  ])('is broken by one with %s', (_what, retry, why) => {
    expect(judge(retry)).toMatchObject({ kind: 'broken', why: expect.stringMatching(why) })
  })
})
