import { describe, expect, it } from 'vitest'
import { answersOf } from '../../src/design/answers/answers.ts'
import { readAnswers } from '../../src/design/answers/read.ts'
import { designOf } from '../../src/design/design-of.ts'
import { misfitsIn } from '../../src/design/misfits/misfits.ts'
import { changed, kept, lineOf } from './answers.ts'

type Case = readonly [id: string, design: string, changes: Readonly<Record<string, string | undefined>>]

/** Each by the least change that makes answers which fit into some that don't. */
const cases: readonly Case[] = [
  ['exactly-once-without-a-key', 'card-charge', { 'effects.0.key-memory': 'none' }],
  ['key-memory-shorter-than-retries', 'card-charge', { 'effects.0.key-memory': '1h' }],
  ['rerun-of-a-harmful-effect', 'tenant-provisioning', { 'effects.1.repeated': 'harmful' }],
  ['nobody-can-say-what-happened', 'email-send', { 'failure.if-nobody-retries': 'finish-it' }],
  ['effect-named-twice', 'tenant-provisioning', { 'effects.1.name': 'database' }],
  ['harmless-payment', 'card-charge', { 'effects.0.repeated': 'harmless' }],
  [
    'no-database-for-the-effect',
    'order-write',
    { 'store.url': 'redis://localhost', 'store.eviction': 'noeviction', 'store.append-only': 'always' },
  ],
  [
    'two-places-in-one-operation',
    'order-write',
    { 'effects.1.place': 'elsewhere', 'effects.1.key-memory': '7d', 'effects.1.can-be-asked': 'yes' },
  ],
  ['a-failure-leaves-something', 'card-charge', { 'failure.leaves': 'nothing' }],
  ['a-transaction-leaves-nothing', 'order-write', { 'failure.leaves': 'unknown' }],
  ['key-made-anew', 'card-charge', { 'key.on-a-retry': 'new' }],
  ['business-id-as-key', 'email-send', { 'key.second-change': 'rightly' }],
  ['business-id-as-key', 'email-send', { 'key.made-of': 'content', 'key.second-change': 'rightly' }],
  ['delivery-id-as-key', 'queue-job', { 'key.made-of': 'delivery-id' }],
  ['service-makes-a-random-key', 'card-charge', { 'key.supplied-by': 'service' }],
  ['caller-names-the-tenant', 'card-charge', { 'tenant.set-by': 'caller' }],
  ['password-in-the-url', 'card-charge', { 'store.url': 'postgres://shop:secret@localhost/payments' }],
  ['memory-store', 'email-send', { 'store.url': 'memory:' }],
  ['sqlite-on-many-hosts', 'email-send', { 'store.hosts': 'many' }],
  ['redis-evicts', 'queue-job', { 'store.eviction': 'allkeys-lru' }],
  ['redis-without-a-log', 'queue-job', { 'store.append-only': 'no' }],
  [
    'redis-loses-a-second',
    'queue-job',
    {
      'operation.promise': 'at-most-once',
      'effects.0.key-memory': 'none',
      'store.append-only': 'everysec',
      'failure.if-nobody-retries': 'tell-an-operator',
    },
  ],
  [
    'failover-forgets-claims',
    'card-charge',
    { 'operation.promise': 'at-most-once', 'effects.0.key-memory': 'none', 'store.failover': 'lags' },
  ],
  ['redis-does-not-wait', 'queue-job', { 'store.failover': 'waits' }],
  ['runs-without-a-receipt', 'card-charge', { 'store.unreachable': 'run-anyway' }],
  ['key-forgotten-before-the-last-retry', 'queue-job', { 'keep.key': '3d', 'keep.outcome': '3d' }],
  ['ttl-shorter-than-retries', 'queue-job', { 'keep.outcome': '1d' }],
  ['key-forgotten-before-its-outcome', 'card-charge', { 'keep.outcome': '8d' }],
  ['queue-that-does-not-redeliver', 'queue-job', { 'retries.0': undefined }],
  ['deliveries-used-up', 'queue-job', { 'retries.0.deliveries': '2' }],
  ['peak-below-the-mean', 'card-charge', { 'load.peak-per-second': '10' }],
  ['usual-above-the-longest', 'card-charge', { 'operation.usual-duration': '40s' }],
  ['no-room', 'card-charge', { 'store.room': '10gb' }],
  ['outcomes-held-in-memory', 'card-charge', { 'load.outcome': '20mb', 'store.room': '900000gb' }],
  ['key-in-the-body-that-is-not-sent', 'card-charge', { 'key.found-in': '/id' }],
]

function idsIn(text: string): readonly string[] {
  const read = readAnswers(text, 'answers.yaml')
  if (read.kind === 'wrong') throw new Error(read.faults.join('\n'))
  return misfitsIn(answersOf(read.given)).map(({ id }) => id)
}

describe('answers that do not fit each other', () => {
  it.each(cases)('are refused: %s (%s)', (id, design, changes) => {
    expect(idsIn(changed(design, changes))).toContain(id)
  })

  it.each(kept)('are none in %s', (design) => {
    expect(idsIn(changed(design, {}))).toEqual([])
  })

  it('are told all at once, each with its line, the reason and what to change', async () => {
    const text = changed('queue-job', { 'store.eviction': 'allkeys-lru', 'keep.outcome': '1d' })
    const made = await designOf(text, 'answers.yaml')
    expect(made).toMatchObject({ kind: 'refused', why: 'misfits' })
    expect(made.kind === 'refused' && made.lines).toEqual([
      expect.stringMatching(
        new RegExp(
          `^answers\\.yaml:${lineOf(text, 'store.eviction')}: store\\.eviction: the server evicts \\(allkeys-lru\\): .*\\. \\[redis-evicts\\]$`,
        ),
      ),
      expect.stringMatching(/^ {2}Set maxmemory-policy to noeviction, /),
      expect.stringMatching(
        new RegExp(
          `^answers\\.yaml:${lineOf(text, 'keep.outcome')}: keep\\.outcome: an outcome is kept for 1d, and the queue may deliver again for 4d: .*\\. \\[ttl-shorter-than-retries\\]$`,
        ),
      ),
      `  Keep outcomes for at least 4d. See also retries.0.until (answers.yaml:${lineOf(text, 'retries.0.until')}).`,
    ])
  })

  it('are allowed where something else makes up for them', () => {
    // A standby that lags forgets claims; a downstream that deduplicates by the derived key does not.
    expect(idsIn(changed('card-charge', { 'store.failover': 'lags' }))).toEqual([])
    // A person may be told that the outcome is gone.
    expect(idsIn(changed('tenant-provisioning', { 'keep.outcome': '3d' }))).toEqual([])
  })
})
