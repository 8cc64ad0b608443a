import { describe, expect, it } from 'vitest'
import {
  type ClaimAnswer,
  checkHistory,
  type HistoryRule,
  type StormEvent,
  type StormTerms,
  type WriteAnswer,
} from '../../src/testing/index.ts'

/*
 * Histories as text, one call a line: who, when it started and ended, what was asked, what was answered.
 *
 *   claim                      → granted 2 released · held 1 · replayed 1 x · no answer
 *   settle 1 succeeded x       → stored succeeded x · lost · no answer
 *   yield 1, renew 1           → written · lost
 *
 * A number is an attempt; `two` before it names another incarnation than `one`. A caller is its token. The lease is
 * 100, the ttl 300, the key retention 1000.
 */

const legal: Readonly<Record<string, string>> = {
  'one claim and its replays': `
    a    0    10   claim                    → granted 1 none
    b    5    15   claim                    → held 1
    a   20    30   settle 1 succeeded x     → stored succeeded x
    b   25    35   claim                    → replayed 1 x
    b  329   331   claim                    → replayed 1 x`,
  'a grant whose answer came after its successor had been granted': `
    a    0   200   claim                    → granted 1 none
    b  120   130   claim                    → granted 2 abandoned`,
  'a release, and the next attempt': `
    a    0    10   claim                    → granted 1 none
    a   20    30   settle 1 released r      → stored released r
    b   25    35   claim                    → granted 2 released`,
  'a lease that lapsed, and its zombie': `
    a    0    10   claim                    → granted 1 none
    b   98   108   claim                    → granted 2 abandoned
    a  110   120   settle 1 succeeded x     → lost
    b  120   130   settle 2 succeeded y     → stored succeeded y
    a  140   150   claim                    → replayed 2 y`,
  'a late settle before anybody took over': `
    a    0    10   claim                    → granted 1 none
    a  500   510   settle 1 succeeded x     → stored succeeded x
    b  520   530   claim                    → replayed 1 x`,
  'a settle that raced its successor and won, and one that lost': `
    a    0    10   claim                    → granted 1 none
    a  105   125   settle 1 released r      → stored released r
    b  104   126   claim                    → granted 2 released
    b  205   225   settle 2 released s      → lost
    c  204   226   claim                    → granted 3 abandoned`,
  'what was given up is taken over at once': `
    a    0    10   claim                    → granted 1 none
    a   11    12   yield 1                  → stored given up
    b   13    14   claim                    → granted 2 abandoned`,
  'a refusal in doubt is no release': `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 abandoned
    b  111   112   settle 2 released r      → stored given up
    c  113   114   claim                    → granted 3 abandoned`,
  'a claim and a settle that were sent again': `
    a    0    10   claim                    → granted 1 none
    a    1    40   claim                    → granted 1 none
    a   41    50   settle 1 failed x        → stored failed x
    a   51    60   settle 1 failed x        → stored failed x`,
  'a settle sent again, whose answer came when its bytes had been swept': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    a   21   311   settle 1 succeeded x     → stored succeeded`,
  'a key that was forgotten and starts anew': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b 1012  1020   claim                    → granted two 1 none
    a 1030  1031   renew 1                  → lost`,
  'a renewal after the own end': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    a   21    30   renew 1                  → lost`,
  'an attempt of which nobody heard, where an answer was lost': `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → no answer
    c  301   310   claim                    → granted 3 abandoned`,
  'a settle without an answer, which was made': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 released r      → no answer
    b   21    30   claim                    → granted 2 released`,
}

const illegal: Readonly<Record<string, readonly [rule: HistoryRule, history: string]>> = {
  'one attempt, two callers': [
    'one token for each attempt',
    `
    a    0    10   claim                    → granted 1 none
    b    5    15   claim                    → granted 1 none`,
  ],
  'a grant under a living lease': [
    'no grant while a lease lives',
    `
    a    0    10   claim                    → granted 1 none
    b   50    60   claim                    → granted 2 abandoned`,
  ],
  'a grant under a lease that was renewed': [
    'no grant while a lease lives',
    `
    a    0    10   claim                    → granted 1 none
    a   90    95   renew 1                  → written
    b  101   110   claim                    → granted 2 abandoned`,
  ],
  'a grant under a lease that was claimed again': [
    'no grant while a lease lives',
    `
    a    0    10   claim                    → granted 1 none
    a   90    95   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 abandoned`,
  ],
  'a grant after a success': [
    'no grant after an end',
    `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b  121   130   claim                    → granted 2 abandoned`,
  ],
  'a grant after a failure': [
    'no grant after an end',
    `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 failed x        → stored failed x
    b   21    30   claim                    → granted 2 released`,
  ],
  'a settle accepted from an overtaken attempt': [
    'only the latest fence writes',
    `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 abandoned
    a  111   120   yield 1                  → stored given up`,
  ],
  'a settle that answers with what another attempt stored': [
    'only the latest fence writes',
    `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 abandoned
    b  105   120   settle 2 succeeded y     → stored succeeded y
    a  111   120   settle 1 succeeded x     → stored by b 2 succeeded y`,
  ],
  'an attempt that nobody made': [
    'attempts follow one another',
    `
    a    0    10   claim                    → granted 1 none
    b  301   310   claim                    → granted 3 abandoned`,
  ],
  'an attempt that was granted before the one that it follows': [
    'attempts follow one another',
    `
    b    0    10   claim                    → granted 2 abandoned
    a   20    30   claim                    → granted 1 none`,
  ],
  'an attempt in progress that nobody was granted': [
    'attempts follow one another',
    `
    a    0    10   claim                    → granted 1 none
    b    5    15   claim                    → held 2`,
  ],
  'a release that nobody made': [
    'the predecessor is told truly',
    `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 released`,
  ],
  'a release that was told as abandoned': [
    'the predecessor is told truly',
    `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 released r      → stored released r
    b  121   130   claim                    → granted 2 abandoned`,
  ],
  'a second attempt that was told of no first': [
    'the predecessor is told truly',
    `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 none`,
  ],
  'a claim sent again that was told otherwise': [
    'the predecessor is told truly',
    `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 abandoned
    b  102   120   claim                    → granted 2 released`,
  ],
  'two outcomes': [
    'one outcome',
    `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    a   21    30   settle 1 succeeded y     → stored succeeded y`,
  ],
  'bytes that were lost before their ttl': [
    'one outcome',
    `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    a   21   300   settle 1 succeeded x     → stored succeeded`,
  ],
  'a replay of something else': [
    'one outcome',
    `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b   21    30   claim                    → replayed 1 y`,
  ],
  'a replay before the settle': [
    'a replay was settled',
    `
    a    0    10   claim                    → granted 1 none
    b   11    20   claim                    → replayed 1 x
    a   21    30   settle 1 succeeded x     → stored succeeded x`,
  ],
  'a replay past its ttl': [
    'a replay was settled',
    `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b  341   350   claim                    → replayed 1 x`,
  ],
  'a holder refused, whom nobody had overtaken': [
    'who loses was overtaken',
    `
    a    0    10   claim                    → granted 1 none
    a  150   160   settle 1 succeeded x     → lost`,
  ],
  'a key that starts anew while its receipt is kept': [
    'one incarnation at a time',
    `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b  500   510   claim                    → granted two 1 none`,
  ],
  'two first claims': [
    'one incarnation at a time',
    `
    a    0    10   claim                    → granted 1 none
    b    5    15   claim                    → granted two 1 none`,
  ],
  'a claim that still sees an ended attempt run': [
    'an ended attempt is not told as running',
    `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b   21    30   claim                    → held 1`,
  ],
}

describe('the judge of histories', () => {
  it.each(Object.entries(legal))('has nothing against %s', (_, history) => {
    expect(checkHistory(historyOf(history))).toEqual([])
  })

  it.each(Object.entries(illegal))('finds %s', (_, [rule, history]) => {
    expect(checkHistory(historyOf(history)).map((violation) => violation.rule)).toContain(rule)
  })

  it('judges each key by itself', () => {
    const one = historyOf(legal['one claim and its replays'] as string)
    const other = one.map((event) => ({ ...event, id: 'another' }))
    expect(checkHistory([...one, ...other])).toEqual([])
  })
})

const terms: StormTerms = { onAbandoned: 'rerun', leaseMs: 100, ttlMs: 300, keyRetentionMs: 1000 }

function historyOf(text: string): StormEvent[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [asked = '', answered = ''] = line.trim().split(' → ')
      const [caller = '', started, ended, call = '', ...about] = asked.trim().split(/ +/)
      const common = { caller, id: 'id', startedAt: Number(started), endedAt: Number(ended) }
      const answer = answered.trim()
      if (call === 'claim')
        return { ...common, call, token: caller, terms, answer: claimAnswer(caller, answer, Number(started)) }
      const fence = { id: 'id', incarnation: 'one', attempt: Number(about[0]), token: caller }
      const as = call === 'settle' ? (about[1] as 'succeeded') : null
      return {
        ...common,
        call: call as 'settle',
        fence,
        as,
        answer: writeAnswer(caller, fence.attempt, answer),
      }
    })
}

function claimAnswer(token: string, text: string, at: number): ClaimAnswer {
  const incarnation = text.includes('two ') ? 'two' : 'one'
  const [kind, attempt, word = ''] = text.replace('two ', '').split(' ')
  const told = { incarnation, attempt: Number(attempt) }
  if (kind === 'granted') {
    return {
      kind: 'claimed',
      fence: { id: 'id', ...told, token },
      predecessor: word as 'none',
      claimedAt: at,
    }
  }
  if (kind === 'held') return { kind: 'in_progress', ...told }
  if (kind === 'replayed') return { kind: 'replay', ...told, outcome: word }
  return { kind: 'unknown', why: text }
}

function writeAnswer(token: string, attempt: number, text: string): WriteAnswer {
  if (text === 'lost') return { kind: 'lost' }
  if (text === 'written') return { kind: 'written', stored: null }
  const stored = /^stored (?:by (\w) (\d) )?(given up|\w+) ?(\w*)$/.exec(text)
  if (stored === null) return { kind: 'unknown', why: text }
  const [, by = token, other = attempt, as, outcome] = stored
  return {
    kind: 'written',
    stored: {
      incarnation: 'one',
      attempt: Number(other),
      token: by,
      as: as as 'released',
      outcome: outcome || null,
    },
  }
}
