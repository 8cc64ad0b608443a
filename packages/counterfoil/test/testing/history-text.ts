import type { AskedClaim, ClaimAnswer, StormEvent, WriteAnswer } from '../../src/testing/index.ts'
import { fingerprintOf, rerunPolicies } from '../../src/testing/requests.ts'

/** The times of every history as text, in milliseconds. */
const terms = { leaseMs: 100, ttlMs: 300, keyRetentionMs: 1000 } as const

/**
 * A history as text, one call a line: who, when it started and ended, what was asked, what was answered.
 *
 *   claim, recover                 → granted 2 released · held 1 85 · replayed 1 x 20 · expired · conflict ·
 *                                    nothing_to_recover · no answer
 *   settle 1 succeeded x           → stored succeeded x · lost · no answer
 *   yield 1, renew 1               → stored given up, written · lost · no answer
 *
 * A number is an attempt; behind it stand what is left of the lease of one held, and when one replayed was settled. `two`
 * before it, or before what a fence names, is another incarnation than `one`; behind an unanswered claim it is the one that
 * it would begin. A caller is its token. The store decides when the call starts, or at the time behind an `@` at the line's
 * end. Another key's call shows that its clock is the machine's.
 */
export function historyOf(text: string, id = 'id'): StormEvent[] {
  const lines = text.trim().split('\n')
  return [
    eventOf('clock 0 0 claim → granted 1 none', `${id}'s clock`),
    ...lines.map((line) => eventOf(line, id)),
  ]
}

function eventOf(line: string, id: string): StormEvent {
  const [, asking = '', answered = '', at] = /^(.*?) → (.*?)(?: @(\d+))?$/.exec(line.trim()) ?? []
  const [caller = '', started, ended, call = '', ...about] = asking.trim().split(/ +/)
  const common = { caller, id, startedAt: Number(started), endedAt: Number(ended) }
  const moment = Number(at ?? started)
  if (call === 'claim' || call === 'recover') {
    const incarnation = about[0] ?? (answered.includes('granted two') ? 'two' : 'one')
    return {
      ...common,
      call: 'claim',
      asked: askedBy(caller, incarnation, call === 'claim' ? 'run' : 'recover'),
      answer: claimAnswer(id, caller, answered.trim(), moment),
    }
  }
  const [incarnation, ...rest] = about[0] === 'two' ? about : ['one', ...about]
  const fence = { id, incarnation: incarnation as string, attempt: Number(rest[0]), token: caller }
  const answer = writeAnswer(fence, answered.trim(), moment)
  if (call === 'renew') return { ...common, call, fence, asked: { leaseMs: terms.leaseMs }, answer }
  if (call === 'yield') return { ...common, call, fence, asked: { recoverAfterMs: 0 }, answer }
  const as = rest[1] as 'succeeded' | 'failed' | 'released'
  const asked = { as, outcome: rest[2] ?? null, doubt: as === 'released' ? ('stands' as const) : null }
  return { ...common, call: 'settle', fence, asked, answer }
}

function askedBy(token: string, incarnation: string, intent: 'run' | 'recover'): AskedClaim {
  return {
    ...terms,
    fingerprint: fingerprintOf('the request'),
    credentials: null,
    policies: rerunPolicies,
    token,
    incarnation,
    intent,
  }
}

function claimAnswer(id: string, token: string, text: string, at: number): ClaimAnswer {
  const [incarnation, told] = text.includes('two ') ? ['two', text.replace('two ', '')] : ['one', text]
  const [kind = '', attempt, word = '', time = ''] = told.split(' ')
  const receipt = { incarnation, attempt: Number(attempt) }
  switch (kind) {
    case 'granted': {
      const claimedAt = time === '' ? at : Number(time)
      const fence = { id, ...receipt, token }
      return {
        kind: 'claimed',
        fence,
        predecessor: word as 'none',
        claimedAt,
        leaseEndsAt: at + terms.leaseMs,
      }
    }
    case 'held':
      return { kind: 'in_progress', ...receipt, leaseLeftMs: Number(word) }
    case 'replayed':
      return { kind: 'replay', ...receipt, as: 'succeeded', outcome: word, settledAt: Number(time) }
    case 'expired':
    case 'conflict':
    case 'nothing_to_recover':
      return { kind }
    default:
      return { kind: 'unknown', why: text }
  }
}

function writeAnswer(
  fence: { readonly incarnation: string; readonly attempt: number; readonly token: string },
  text: string,
  at: number,
): WriteAnswer {
  if (text === 'lost') return { kind: 'lost' }
  if (text === 'written') return { kind: 'written', stored: null }
  const [, by, other, as, outcome] = /^stored (?:by (\w) (\d) )?(given up|\w+) ?(\w*)$/.exec(text) ?? []
  if (as === undefined) return { kind: 'unknown', why: text }
  const attempt = other === undefined ? fence.attempt : Number(other)
  const stored = { incarnation: fence.incarnation, attempt, token: by ?? fence.token }
  return { kind: 'written', stored: { ...stored, as: as as 'released', outcome: outcome || null, at } }
}
