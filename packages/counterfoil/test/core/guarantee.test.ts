import { describe, expect, it } from 'vitest'
import { type Guarantee, OptionInvalid, policiesOf, stricter } from '../../src/core/index.ts'

describe('a guarantee', () => {
  it('by name is two policies', () => {
    expect(policiesOf('at-most-once')).toEqual({ onFailure: 'final', onAbandoned: 'hold' })
    expect(policiesOf('at-least-once')).toEqual({ onFailure: 'release', onAbandoned: 'rerun' })
  })

  it('may be given as its two policies, and takes nothing else along', () => {
    const given = { onFailure: 'final', onAbandoned: 'rerun', more: 1 } as Guarantee
    expect(policiesOf(given)).toEqual({ onFailure: 'final', onAbandoned: 'rerun' })
  })

  it.each([
    'exactly-once',
    'toString',
    '__proto__',
    '',
    undefined,
    null,
    {},
    { onFailure: 'final' },
    { onFailure: 'hold', onAbandoned: 'hold' },
    { onFailure: 'final', onAbandoned: 'final' },
  ])('%j is refused', (given) => {
    expect(() => policiesOf(given as Guarantee)).toThrow(OptionInvalid)
  })

  it('of two that meet, whichever re-runs less decides, for failures and for abandoned attempts by themselves', () => {
    const onFailure = ['final', 'release'] as const
    const onAbandoned = ['hold', 'rerun'] as const
    const all = onFailure.flatMap((failure) =>
      onAbandoned.map((abandoned) => ({ onFailure: failure, onAbandoned: abandoned })),
    )
    for (const a of all) {
      for (const b of all) {
        expect(stricter(a, b)).toEqual({
          onFailure: [a, b].some((policies) => policies.onFailure === 'final') ? 'final' : 'release',
          onAbandoned: [a, b].some((policies) => policies.onAbandoned === 'hold') ? 'hold' : 'rerun',
        })
      }
    }
  })
})
