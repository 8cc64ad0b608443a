import { type Finding, StoreUnavailable } from '../../../../core/index.ts'
import type { Verdict } from '../../proof.ts'
import { sentence } from '../judge.ts'
import { inPlace } from '../place.ts'
import { notCounted, nothingMissing, type Scenario, type Testbed } from '../scenario.ts'

/** What the store itself says of the settings that it finds. */
export const settings: Scenario = {
  id: 'settings',
  title: 'Under the settings of its server the store can keep its promise.',
  appliesTo: () => true,
  missing: nothingMissing,
  async play(testbed, tell) {
    tell(1, 1)
    const verdict = await judged(testbed)
    return { verdict, rounds: 1, events: [], shown: [], others: 1, effects: notCounted }
  },
}

async function judged(testbed: Testbed): Promise<Verdict> {
  try {
    return await inPlace(testbed, async ({ open }) => {
      const opened = await open()
      try {
        return verdictOn(await opened.audit())
      } finally {
        await opened.close()
      }
    })
  } catch (error) {
    // Some are refused as they are opened, by what their audit found.
    if (!(error instanceof StoreUnavailable && error.fault === 'failed')) throw error
    return {
      kind: 'broken',
      why: sentence(error.message),
      evidence: [{ atMs: 0, says: 'It was not opened.' }],
    }
  }
}

function verdictOn(found: readonly Finding[]): Verdict {
  const [refusal, ...others] = found.filter(({ level }) => level === 'refusal').map(({ says }) => says)
  if (refusal !== undefined) {
    return { kind: 'broken', why: sentence(refusal), evidence: others.map((says) => ({ atMs: 0, says })) }
  }
  const forgetful = found.find(({ forgets }) => forgets !== undefined)
  if (forgetful !== undefined) return { kind: 'not_shown', why: sentence(forgetful.says) }
  const warnings = found.filter(({ level }) => level === 'warning').map(({ says }) => sentence(says))
  return { kind: 'held', bound: ['Looked up, not tried out.', ...warnings].join(' ') }
}
