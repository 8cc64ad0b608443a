import { describe, expect, it } from 'vitest'
import { Counter } from '../../../../src/testing/prove/http/counter.ts'
import { playScenario } from '../../../../src/testing/prove/http/play.ts'
import type { Round } from '../../../../src/testing/prove/http/round.ts'
import { kept, type Ruling, unmeasured } from '../../../../src/testing/prove/http/ruling.ts'
import type { Scenario } from '../../../../src/testing/prove/http/scenario.ts'
import type { Shooters } from '../../../../src/testing/prove/http/shooting/shooters.ts'
import { termsOf } from '../../../../src/testing/prove/http/terms.ts'
import type { Testbed } from '../../../../src/testing/prove/http/testbed.ts'

let keys = 0

/** One that has nothing to send to: what is played here sends nothing. */
function testbed(changes: Partial<Testbed> = {}): Testbed {
  return {
    terms: termsOf({ url: 'http://localhost/', rounds: 20, seed: 1 }),
    shooters: undefined as unknown as Shooters,
    counter: undefined,
    counterFault: undefined,
    spelling: 'bare',
    latencyMs: 1,
    outcomeStatus: 201,
    tellsRunsApart: true,
    newKey: () => `key-${keys++}`,
    untilReachable: async () => {},
    held: async () => ({ stands: true, leave: () => {} }),
    signal: new AbortController().signal,
    ...changes,
  }
}

function scenario(play: (round: Round) => Promise<Ruling>, changes: Partial<Scenario> = {}): Scenario {
  return {
    id: 'a',
    title: 'A promise.',
    kind: 'race',
    needs: [],
    seenBy: 'one_run',
    effects: () => ({ least: 1, most: 1 }),
    requests: () => 7,
    play,
    ...changes,
  }
}

const play = async (one: Scenario, on: Testbed = testbed()) => (await playScenario(one, on, () => {})).proof

describe('a race', () => {
  it('that held is told with its rounds and the rarest fault that they would have shown', async () => {
    const { verdict, rounds } = await play(scenario(async () => kept()))
    expect(rounds).toBe(20)
    expect(verdict).toMatchObject({
      kind: 'held',
      bound: expect.stringMatching(/^0 of 20 rounds with 7 requests each.*fewer than 14 % of rounds/),
    })
  })

  it('ends with the first round that breaks it', async () => {
    let played = 0
    const ruling = { kind: 'broken', why: 'It broke.', evidence: [] } as const
    const { verdict, rounds } = await play(scenario(async () => (++played === 3 ? ruling : kept())))
    expect([verdict, rounds]).toEqual([ruling, 3])
  })

  it('is played again where something was in the way, and all its rounds have to be shown', async () => {
    let played = 0
    const flaky = scenario(async () => (++played < 3 ? unmeasured('It rained.') : kept()))
    const { rounds, verdict } = await play(flaky)
    expect(rounds).toBe(22)
    expect(verdict).toMatchObject({
      kind: 'held',
      bound: expect.stringMatching(/nothing was to be seen: It rained/),
    })
  })

  it('is not shown where something is in the way again and again', async () => {
    const { verdict, rounds } = await play(scenario(async () => unmeasured('It rained.')))
    expect([verdict, rounds]).toEqual([{ kind: 'not_shown', why: 'It rained.' }, 3])
  })
})

it('what was accepted, though another might expect something else, is told once', async () => {
  const { verdict } = await play(scenario(async () => kept('It says 409.')))
  expect(verdict.kind === 'held' && verdict.bound.split('It says 409.')).toHaveLength(2)
})

describe('that nothing ran twice', () => {
  it('is not shown where a second run could not have been seen', async () => {
    const blind = testbed({ tellsRunsApart: false })
    const { verdict } = await play(
      scenario(async () => kept()),
      blind,
    )
    expect(verdict).toMatchObject({ kind: 'not_shown', why: expect.stringMatching(/--count-url/) })
    const seenByAnswers = scenario(async () => kept(), { seenBy: 'answers' })
    expect((await play(seenByAnswers, blind)).verdict.kind).toBe('held')
  })

  it('is broken by an effect that comes when all rounds were judged', async () => {
    const effects = new Map<string, number>()
    const counter = new Counter(async (key) => effects.get(key) ?? 0)
    const firstKeys: string[] = []
    const late = scenario(
      async (round) => {
        effects.set(round.key, 1)
        firstKeys.push(round.key)
        await round.effects()
        effects.set(firstKeys[0] as string, 2)
        return kept()
      },
      { kind: 'plain' },
    )
    expect(await play(late, testbed({ counter }))).toMatchObject({
      verdict: { kind: 'broken', why: expect.stringMatching(/long after/) },
      effects: {
        seen: [
          { effects: 1, keys: 2 },
          { effects: 2, keys: 1 },
        ],
      },
    })
  })
})

it('an effect that comes while other scenarios are played is found when all is looked at again', async () => {
  const effects = new Map<string, number>()
  const counter = new Counter(async (key) => effects.get(key) ?? 0)
  const charging = scenario(async (round) => {
    effects.set(round.key, 1)
    await round.effects()
    return kept()
  })
  const one = await playScenario({ ...charging, kind: 'slow' }, testbed({ counter }), () => {})
  expect(await one.lookAgain()).toMatchObject({
    verdict: { kind: 'held', bound: expect.stringMatching(/looked for until \d/) },
  })
  for (const key of effects.keys()) effects.set(key, 2)
  expect([one.proof.verdict.kind, (await one.lookAgain()).verdict.kind]).toEqual(['held', 'broken'])
})

it('a fault of the proof itself is no verdict', async () => {
  const faulty = scenario(() => Promise.reject(new TypeError('a slip')))
  await expect(play(faulty)).rejects.toThrow('a slip')
})

describe('a counter', () => {
  it('is asked until what it says rests', async () => {
    const says = [0, 0, 0, 0, 0, 0, 1]
    const counter = new Counter(async () => says.shift() ?? 1)
    await counter.begin('key')
    expect(await counter.settled('key', { least: 1, most: 1 })).toBe(1)
  })

  it('counts from where the round began', async () => {
    const says = [5]
    const counter = new Counter(async () => says.shift() ?? 7)
    await counter.begin('key')
    expect(await counter.settled('key', { least: 1, most: 1 })).toBe(2)
  })

  it.each([Number.NaN, -1, 1.5, '1'])('is not believed where it says %s', async (said) => {
    const counter = new Counter(async () => said as number)
    await expect(counter.begin('key')).rejects.toThrow(/no whole number/)
  })
})
