import { describe, expect, it } from 'vitest'
import type { ReceiptStore } from '../../../src/core/index.ts'
import * as scripts from '../../../src/stores/redis/scripts.ts'
import { type ContractTopic, ContractViolation, storeContract } from '../../../src/testing/index.ts'
import { counts } from '../../testing/hold-to-contract.ts'
import { onRedis, openWith } from './on-redis.ts'
import { races } from './races.ts'

// What the scripts compare is what holds them. Each of these leaves out one thing, and the suite must find it.

interface Broken {
  readonly script: scripts.Script
  readonly line: string
  readonly instead: string
  readonly foundBy: readonly ContractTopic[]
  /** Storms find it too, most times. */
  readonly losesRace?: keyof typeof races
}

const brokenScripts: Readonly<Record<string, Broken>> = {
  'a claim that does not look whether there is a receipt (SET without NX)': {
    script: scripts.claimFirst,
    line: 'if stored then return {stored, now} end',
    instead: '',
    foundBy: ['claim table', 'lost answers'],
  },
  'a change that does not compare what it was decided upon': {
    script: scripts.replace,
    line: 'if not stored or string.sub(stored, 4, 3 + #ARGV[1]) ~= ARGV[1] then return {stored, now} end',
    instead: `if not stored then return {stored, now} end`,
    foundBy: [],
    losesRace: 'two take over',
  },
  'a change that compares everything but the time that a lease ends': {
    script: scripts.replace,
    line: 'string.sub(stored, 4, 3 + #ARGV[1]) ~= ARGV[1]',
    instead: 'string.sub(stored, 23, 3 + #ARGV[1]) ~= string.sub(ARGV[1], 20)',
    foundBy: [],
    losesRace: 'a renewal',
  },
  'a settle without the fence': {
    script: scripts.settleUnchanged,
    line: ' and string.find(head, claimed, 23, true) == 23',
    instead: '',
    foundBy: ['settle table', 'zombies'],
  },
  'a settle that overlooks refusals counted meanwhile': {
    script: scripts.settleUnchanged,
    line: 'string.find(head, claimed, 23, true) == 23',
    instead: 'string.sub(head, 43) == string.sub(claimed, 21)',
    foundBy: ['settle table'],
  },
  'a renewal without the fence': {
    script: scripts.renew,
    line: 'or string.sub(stored, 43, 42 + #ARGV[1]) ~= ARGV[1]',
    instead: '',
    foundBy: ['settle table', 'random histories'],
  },
  'a step without the fence': {
    script: scripts.saveStep,
    line: 'or string.sub(stored, 43, 42 + #ARGV[1]) ~= ARGV[1]',
    instead: '',
    foundBy: ['settle table'],
  },
}

describe.each(Object.entries(brokenScripts))('%s', (_name, { script, line, instead, foundBy, losesRace }) => {
  const text = script.text.replace(line, instead)

  it('differs from the script by what it leaves out', () => {
    expect(text).not.toBe(script.text)
  })

  if (losesRace !== undefined) {
    it('grants a claim twice where another write comes between the decision and its own', async () => {
      expect(await races[losesRace](text)).toBe('claimed')
    })
  }

  it.each(foundBy)('is found by the %s', async (topic) => {
    const broken = new Map([[script.sha, text]])
    expect(
      await violationOf(topic, (prefix) => openWith({ prefix }, { text: (sha) => broken.get(sha) })),
    ).toBeDefined()
  })
})

describe('the scripts as they are', () => {
  it.each(Object.entries(races))(
    'refuse a claim where %s comes between its decision and its write',
    async (_name, race) => {
      expect(await race(scripts.replace.text)).toBe('in_progress')
    },
  )
})

describe("hosts that decide by their own clocks, each some seconds from the next one's", () => {
  it.each(['storms'] as const)('are found by the %s', async (topic) => {
    let hosts = 0
    const open = (prefix: string): Promise<ReceiptStore> => {
      const skewMs = 5000 * (hosts++ % 2)
      return openWith({ prefix }, { text: (sha) => byClockOf(sha, skewMs) })
    }
    expect(await violationOf(topic, open)).toBeDefined()
  })

  it('are right where their clocks agree', async () => {
    expect(
      await violationOf('claim table', (prefix) =>
        openWith({ prefix }, { text: (sha) => byClockOf(sha, 0) }),
      ),
    ).toBe(undefined)
  })
})

function byClockOf(sha: string, skewMs: number): string | undefined {
  const script = Object.values(scripts).find((each) => typeof each === 'object' && each.sha === sha)
  const byServer = 'local now = time[1] * 1000 + math.floor(time[2] / 1000)'
  return script?.text.includes(byServer)
    ? script.text.replace(byServer, `${byServer} + ${skewMs}`)
    : undefined
}

/** Another error than a violation is none: the store must be found wrong, not merely fall over. */
async function violationOf(
  topic: ContractTopic,
  open: (prefix: string) => Promise<ReceiptStore>,
): Promise<string | undefined> {
  for (const { name, run } of storeContract(counts).filter((each) => each.topic === topic)) {
    try {
      await onRedis('node-redis', run, (_kind, { prefix }) => open(prefix as string))
    } catch (error) {
      if (!(error instanceof ContractViolation)) throw error
      return `${name}: ${error.message}`
    }
  }
  return undefined
}
