import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/core/index.ts'
import {
  decodeOutcome,
  encodeOutcome,
  OUTCOME_ENCODING_VERSION,
  OutcomeUnreadable,
} from '../../src/core/index.ts'
import { bytes } from './receipts.ts'

const RUNS = process.env.COUNTERFOIL_SOAK ? 50_000 : 2_000

const outcomes: readonly (readonly [string, Outcome])[] = [
  ['an empty 204', { kind: 'response', status: 204, headers: [], body: new Uint8Array() }],
  ['a redirect', { kind: 'response', status: 303, headers: [['Location', '/a']], body: bytes('moved') }],
  [
    'repeated fields in their order and spelling',
    {
      kind: 'response',
      status: 200,
      headers: [
        ['X-A', '1'],
        ['x-a', '2'],
        ['Link', '<a>, <b>'],
        ['X-Empty', ''],
        ['X-Latin', 'gr\u00fc\u00df'],
      ],
      body: Uint8Array.from({ length: 256 }, (_, byte) => byte),
    },
  ],
  ['nothing', { kind: 'value', value: { form: 'nothing', bytes: new Uint8Array() } }],
  ['JSON', { kind: 'value', value: { form: 'json', bytes: bytes('{"a":1}') } }],
  ['bytes', { kind: 'value', value: { form: 'bytes', bytes: Uint8Array.of(0, 255) } }],
  [
    'a failure',
    { kind: 'failure', failure: { name: 'Declined', message: 'card \u2019declined\u2019', code: 'E1' } },
  ],
  ['a failure without a code', { kind: 'failure', failure: { name: '', message: '', code: null } }],
  ['a failure with an empty code', { kind: 'failure', failure: { name: 'x', message: 'y', code: '' } }],
  ...(['too_large', 'unencodable', 'unstorable', 'streamed'] as const).map(
    (why) => [`what was not kept: ${why}`, { kind: 'not_kept', why }] as const,
  ),
]

describe('an encoded outcome', () => {
  it.each(outcomes)('comes back as it was: %s', (_, outcome) => {
    expect(decodeOutcome(encodeOutcome(outcome))).toEqual(outcome)
  })

  it('reads the same for ever', () => {
    // Stored outcomes are replayed from these very bytes.
    const stored = Buffer.from(
      '0100 00c8 00000001 00000003 582d41 00000001 31 6f6b'.replaceAll(' ', ''),
      'hex',
    )
    expect(decodeOutcome(stored)).toEqual({
      kind: 'response',
      status: 200,
      headers: [['X-A', '1']],
      body: bytes('ok'),
    })
    expect(Buffer.from(encodeOutcome(decodeOutcome(stored)))).toEqual(stored)
  })

  it('of another version is refused, never taken for absent', () => {
    for (const version of [0, OUTCOME_ENCODING_VERSION + 1, 255]) {
      const encoded = encodeOutcome({ kind: 'not_kept', why: 'streamed' })
      encoded[0] = version
      expect(() => decodeOutcome(encoded)).toThrow(OutcomeUnreadable)
    }
    expect(() => decodeOutcome(new Uint8Array())).toThrow(OutcomeUnreadable)
  })

  it('cut short anywhere before its open end is refused', () => {
    for (const [, outcome] of outcomes) {
      const encoded = encodeOutcome(outcome)
      const open =
        outcome.kind === 'response'
          ? outcome.body.length
          : outcome.kind === 'value'
            ? outcome.value.bytes.length
            : 0
      for (let length = 0; length < encoded.length - open; length += 1) {
        expect(() => decodeOutcome(encoded.subarray(0, length))).toThrow(OutcomeUnreadable)
      }
    }
  })

  it('is bytes of its own, whatever larger buffer it is read from', () => {
    const encoded = encodeOutcome({ kind: 'value', value: { form: 'bytes', bytes: bytes('kept') } })
    const larger = new Uint8Array(encoded.length + 10)
    larger.set(encoded, 5)
    const decoded = decodeOutcome(larger.subarray(5, 5 + encoded.length))
    larger.fill(0)
    expect(decoded).toEqual({ kind: 'value', value: { form: 'bytes', bytes: bytes('kept') } })
  })

  it('comes back as it was for any response, and any damage is read or refused, never worse', () => {
    const response = fc.record({
      kind: fc.constant('response' as const),
      status: fc.integer({ min: 100, max: 599 }),
      headers: fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 5 }),
      body: fc.uint8Array({ maxLength: 50 }),
    })
    fc.assert(
      fc.property(response, fc.nat(), fc.nat({ max: 255 }), (outcome, at, byte) => {
        const encoded = encodeOutcome(outcome)
        expect(decodeOutcome(encoded)).toEqual(outcome)
        encoded[at % encoded.length] = byte
        try {
          decodeOutcome(encoded)
        } catch (error) {
          if (!(error instanceof OutcomeUnreadable)) throw error
        }
      }),
      { numRuns: RUNS },
    )
  })
})
