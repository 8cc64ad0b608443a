import { describe, expect, it } from 'vitest'
import { checkHistory, describeCounterexample, type StormEvent } from '../../src/testing/index.ts'
import { fingerprintOf } from '../../src/testing/requests.ts'
import { historyOf } from './history-text.ts'

const legal: Readonly<Record<string, string>> = {
  'one claim and its replays': `
    a    0    10   claim                    → granted 1 none
    b    5    15   claim                    → held 1 92
    a   20    30   settle 1 succeeded x     → stored succeeded x @25
    b   25    35   claim                    → replayed 1 x 25
    b  320   324   claim                    → replayed 1 x 25
    b  332   334   claim                    → expired`,
  'a grant whose answer came after its successor had been granted': `
    a    0   200   claim                    → granted 1 none
    b  120   130   claim                    → granted 2 abandoned`,
  'a release, and the next attempt': `
    a    0    10   claim                    → granted 1 none
    a   20    30   settle 1 released r      → stored released r @26
    b   25    35   claim                    → granted 2 released @27`,
  'a lease that lapsed, and its zombie': `
    a    0    10   claim                    → granted 1 none
    b   98   108   claim                    → granted 2 abandoned @101
    a  110   120   settle 1 succeeded x     → lost
    b  120   130   settle 2 succeeded y     → stored succeeded y
    a  140   150   claim                    → replayed 2 y 120`,
  'a late settle before anybody took over': `
    a    0    10   claim                    → granted 1 none
    a  500   510   settle 1 succeeded x     → stored succeeded x
    b  520   530   claim                    → replayed 1 x 500`,
  'a settle that raced its successor and won, and one that lost': `
    a    0    10   claim                    → granted 1 none
    a  105   125   settle 1 released r      → stored released r @110
    b  104   126   claim                    → granted 2 released @112
    b  210   225   settle 2 released s      → lost
    c  204   226   claim                    → granted 3 abandoned @213`,
  'what was given up is taken over at once': `
    a    0    10   claim                    → granted 1 none
    a   11    12   yield 1                  → stored given up
    b   13    14   claim                    → granted 2 abandoned`,
  'a refusal in doubt is no release': `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 abandoned
    b  111   112   settle 2 released r      → stored given up
    c  113   114   claim                    → granted 3 abandoned`,
  'two first claims that nobody heard, of which the younger was granted': `
    a    0    10   claim                    → no answer
    b   20    30   claim two                → no answer
    c   40    50   claim                    → held two 1 80
    c  121   130   claim                    → granted two 2 abandoned`,
  'a recovery that was sent twice, took over and was taken over, and finds nothing to recover': `
    a    0    10   claim                    → granted 1 none
    r   50   250   recover                  → nothing_to_recover
    c  210   220   claim                    → granted 3 abandoned`,
  'a claim sent twice, which begins the same receipt again once it was forgotten': `
    a    0  1500   claim                    → granted 1 none 1400 @1400
    c  105   110   claim                    → granted 2 abandoned`,
  'an unheard claim made late, which is therefore not forgotten yet': `
    a    0    10   claim                    → no answer
    b 1200  1210   claim two                → no answer
    c 1220  1225   claim                    → held 2 80`,
  'a renewal made late, which is therefore not forgotten yet': `
    a    0    10   claim                    → granted 1 none
    a   20   900   renew 1                  → written
    b 1200  1210   claim                    → no answer
    c 1220  1225   claim                    → held 2 80`,
  'a claim and a settle that were sent again': `
    a    0    10   claim                    → granted 1 none
    a    1    40   claim                    → granted 1 none 0 @30
    b   42    43   claim                    → held 1 88
    a   41    50   settle 1 failed x        → stored failed x @45
    a   51    60   settle 1 failed x        → stored failed x @45`,
  'a settle sent again, whose answer came when its bytes had been swept': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    a   21   320   settle 1 succeeded x     → stored succeeded @11`,
  'a settle that was refused, its receipt swept past its retention': `
    a    0    10   claim                    → granted 1 none
    a 1105  1110   settle 1 succeeded x     → lost`,
  'a key that was forgotten and starts anew': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 failed x        → stored failed x
    b 1012  1020   claim                    → granted two 1 none
    a 1030  1031   renew 1                  → lost`,
  'a renewal after the own end': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    a   21    30   renew 1                  → lost`,
  'a renewal, whose moment is told by what others see': `
    a    0    10   claim                    → granted 1 none
    a   50   100   renew 1                  → written
    b  110   111   claim                    → held 1 70
    c  182   183   claim                    → granted 2 abandoned`,
  'a renewal that was made late, and its claim sent again': `
    a    0    10   claim                    → granted 1 none
    a   20    60   renew 1                  → written
    b   58    59   claim                    → held 1 98
    a   61    62   renew 1                  → written
    a   63    64   claim                    → granted 1 none 0 @63`,
  'a first claim that waited for the removal of the receipt before it': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 failed x        → stored failed x
    b  990  1020   claim                    → granted two 1 none @1000`,
  'an attempt of which nobody heard, where an answer was lost': `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → no answer
    c  301   310   claim                    → granted 3 abandoned`,
  'a claim without an answer that was carried out long after': `
    a    0    10   claim                    → no answer
    b   20    30   claim                    → granted 1 none
    b   31    32   settle 1 released r      → stored released r
    c   40    50   claim                    → held 2 96
    d   90    99   claim                    → held 2 46`,
  'a settle without an answer, which was made': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 released r      → no answer
    b   21    30   claim                    → granted 2 released`,
  'a settle without an answer, which was never made': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → no answer
    b  101   130   claim                    → granted 2 abandoned`,
  'a claim that its driver sent twice': `
    a    0    60   claim                    → granted 1 none 1 @50
    b   10    20   claim                    → held 1 88`,
}

const illegal: Readonly<Record<string, string>> = {
  'an unheard claim that took over a receipt long forgotten': `
    a    0    10   claim                    → granted 1 none
    b  120   130   claim two                → no answer
    c 5000  5010   claim                    → held 2 50`,
  'an unheard claim that went on from a release long forgotten': `
    a    0    10   claim                    → granted 1 none
    a   11    12   settle 1 released r      → stored released r
    b  100   110   claim two                → no answer
    c 1500  1510   claim                    → held 2 50`,
  'one attempt, two callers': `
    a    0    10   claim                    → granted 1 none
    b    5    15   claim                    → granted 1 none`,
  'a grant under a living lease': `
    a    0    10   claim                    → granted 1 none
    b   50    60   claim                    → granted 2 abandoned`,
  'a grant under a lease that was renewed': `
    a    0    10   claim                    → granted 1 none
    a   90    95   renew 1                  → written
    b  101   110   claim                    → granted 2 abandoned`,
  'a grant under a lease that was claimed again': `
    a    0    10   claim                    → granted 1 none
    a   90    95   claim                    → granted 1 none 0 @92
    b  101   110   claim                    → granted 2 abandoned`,
  'a grant under a lease that a renewal was seen to have moved': `
    a    0    10   claim                    → granted 1 none
    a   50   100   renew 1                  → written
    b  110   111   claim                    → held 1 85
    c  185   186   claim                    → granted 2 abandoned`,
  'a grant after a success': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b  121   130   claim                    → granted 2 abandoned`,
  'a grant after a failure': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 failed x        → stored failed x
    b   21    30   claim                    → granted 2 released`,
  'a yield accepted from an overtaken attempt': `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 abandoned
    a  111   120   yield 1                  → stored given up`,
  'a settle that answers with what another attempt stored': `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 abandoned
    b  105   120   settle 2 succeeded y     → stored succeeded y
    a  111   120   settle 1 succeeded x     → stored by b 2 succeeded y @105`,
  'an attempt that nobody made': `
    a    0    10   claim                    → granted 1 none
    b  301   310   claim                    → granted 3 abandoned`,
  'an attempt that was granted before the one that it follows': `
    b    0    10   claim                    → granted 2 abandoned
    a   20    30   claim                    → granted 1 none`,
  'an attempt in progress that nobody was granted': `
    a    0    10   claim                    → granted 1 none
    b    5    15   claim                    → held 2 95`,
  'a release that nobody made': `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 released`,
  'a release that was told as abandoned': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 released r      → stored released r
    b  121   130   claim                    → granted 2 abandoned`,
  'a second attempt that was told of no first': `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 none`,
  'a claim sent again that was told otherwise': `
    a    0    10   claim                    → granted 1 none
    b  101   110   claim                    → granted 2 abandoned
    b  102   120   claim                    → granted 2 released 101`,
  'two outcomes': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    a   21    30   settle 1 succeeded y     → stored succeeded y`,
  'bytes that were lost before their ttl': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    a   21   299   settle 1 succeeded x     → stored succeeded @11`,
  'a replay of something else': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b   21    30   claim                    → replayed 1 y 11`,
  'a replay before the settle': `
    a    0    10   claim                    → granted 1 none
    b   11    20   claim                    → replayed 1 x 21
    a   21    30   settle 1 succeeded x     → stored succeeded x`,
  'a replay past its ttl': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b  341   350   claim                    → replayed 1 x 11`,
  'an outcome that is called expired within its ttl': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b  200   210   claim                    → expired`,
  'a holder refused, whom nobody had overtaken': `
    a    0    10   claim                    → granted 1 none
    a  150   160   settle 1 succeeded x     → lost`,
  'a holder refused, and then heard': `
    a    0    10   claim                    → granted 1 none
    a 1150  1160   settle 1 succeeded x     → lost
    a 1170  1180   settle 1 succeeded x     → stored succeeded x`,
  'a key that starts anew while its receipt is kept': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b  500   510   claim                    → granted two 1 none`,
  'two first claims': `
    a    0    10   claim                    → granted 1 none
    b    5    15   claim                    → granted two 1 none`,
  'a claim that still sees an ended attempt run': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → stored succeeded x
    b   21    30   claim                    → held 1 75`,
  'a lease that is told longer than it was granted': `
    a    0    10   claim                    → granted 1 none
    b   50    51   claim                    → held 1 90`,
  'an outcome without an answer that two callers saw differently': `
    a    0    10   claim                    → granted 1 none
    a   11    20   settle 1 succeeded x     → no answer
    b   21    30   claim                    → replayed 1 x 15
    c   31    40   claim                    → held 1 65`,
  'a grant that can only come of a claim carried out before it was sent': `
    a    0    10   claim                    → granted 1 none
    c  301   310   claim                    → granted 3 abandoned
    b  311   320   claim                    → no answer`,
}

describe('the checker of histories', () => {
  it.each(Object.entries(legal))('finds an order for %s', (_, history) => {
    expect(checkHistory(historyOf(history))).toMatchObject({ kind: 'linearizable' })
  })

  it.each(Object.entries(illegal))('finds that there is none for %s', (_, history) => {
    expect(checkHistory(historyOf(history))).toMatchObject({ kind: 'broken' })
  })

  it('judges each key by itself', () => {
    const text = legal['one claim and its replays'] as string
    expect(checkHistory([...historyOf(text), ...historyOf(text, 'another')])).toEqual({
      kind: 'linearizable',
      calls: 14,
      keys: 4,
    })
  })

  it('shows only what contradicts itself, and says what the answer should have been', () => {
    const verdict = checkHistory(
      historyOf(`
        a    0    10   claim                    → granted 1 none
        c    5    15   claim                    → held 1 92
        a   11    20   settle 1 failed x        → stored failed x
        a 1020  1021   claim                    → granted two 1 none
        d 1022  1023   claim                    → held two 1 98
        b 1050  1060   claim                    → granted two 2 abandoned
        e 1070  1080   claim                    → held two 2 80`),
    )
    if (verdict.kind !== 'broken') throw new Error(verdict.kind)
    const [found, ...more] = verdict.counterexamples
    expect(more).toEqual([])
    expect(found?.events.map(({ startedAt }) => startedAt)).toEqual([1020, 1050])
    expect(found && describeCounterexample(found)).toMatch(
      /b's claim was answered 'claimed, attempt 2.*attempt 1 held the claim for another 70 ms, and a claim is answered 'in_progress, attempt 1'/,
    )
  })

  it('leaves no call without an answer out that explains the answer to another', () => {
    const verdict = checkHistory(
      historyOf(`
        u    0    10   claim                    → no answer
        c   20    30   claim                    → held 1 80
        d   40    50   claim                    → granted two 1 none`),
    )
    if (verdict.kind !== 'broken') throw new Error(verdict.kind)
    expect(verdict.counterexamples[0]?.events.map(({ startedAt }) => startedAt)).toEqual([0, 20, 40])
    expect(verdict.counterexamples[0]?.says).toMatch(/^d's claim .* attempt 1 held the claim/)
  })

  it('does not judge leases by a clock that went astray', () => {
    const verdict = checkHistory(
      historyOf(`
        a    0    10   claim                    → granted 1 none
        b  200   210   claim                    → granted 2 abandoned @500`),
    )
    expect(verdict).toMatchObject({
      kind: 'undecided',
      cause: 'clock',
      why: expect.stringContaining('by 290 ms'),
    })
  })

  describe('of twenty unheard claims, all unlike each other', () => {
    it('finds the one whose request explains a conflict', () => {
      const history = twentyUnheard('c  900   910   claim   → conflict', (n) =>
        n === 13 ? 'another request' : 'the request',
      )
      expect(checkHistory(history, { steps: 100 })).toMatchObject({ kind: 'linearizable' })
    })

    it('finds six that were carried out', () => {
      const history = twentyUnheard('c  900   910   claim   → granted 7 abandoned', () => 'the request')
      expect(checkHistory(history, { steps: 100 })).toMatchObject({ kind: 'linearizable' })
    })
  })

  it('gives up where it is allowed too few steps', () => {
    const verdict = checkHistory(historyOf(legal['a lease that lapsed, and its zombie'] as string), {
      steps: 1,
    })
    expect(verdict).toMatchObject({ kind: 'undecided', cause: 'steps' })
  })
})

function twentyUnheard(last: string, requestOf: (n: number) => string): StormEvent[] {
  const unheard = Array.from({ length: 20 }, (_, n) => `u${n}  ${n}    40   claim   → no answer`)
  return historyOf([...unheard, last].join('\n')).map((event) => {
    if (event.call !== 'claim' || event.answer.kind !== 'unknown') return event
    const n = Number(event.caller.slice(1))
    const unlike = { fingerprint: fingerprintOf(requestOf(n)), leaseMs: 50 + n }
    return { ...event, asked: { ...event.asked, ...unlike } }
  })
}
