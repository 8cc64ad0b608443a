import { Decimal } from 'decimal.js'
import fc from 'fast-check'

/** A JSON value as it is meant: numbers as digits, duplicate members kept. Shares no code with what is tested. */
export type Json =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | {
      readonly kind: 'number'
      readonly negative: boolean
      readonly digits: string
      readonly exponent: number
    }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly elements: readonly Json[] }
  | { readonly kind: 'object'; readonly members: readonly Member[] }

export type Member = readonly [name: string, value: Json]

function decimalOf({ negative, digits, exponent }: Extract<Json, { kind: 'number' }>): Decimal {
  return new Decimal(`${negative ? '-' : ''}${digits}e${exponent}`)
}

/** Whether two models mean the same, judged from the models alone. */
export function sameValue(one: Json, other: Json): boolean {
  if (one.kind === 'null') return other.kind === 'null'
  if (one.kind === 'boolean') return other.kind === 'boolean' && one.value === other.value
  if (one.kind === 'string') return other.kind === 'string' && one.value === other.value
  if (one.kind === 'number') return other.kind === 'number' && decimalOf(one).eq(decimalOf(other))
  if (one.kind === 'array') return other.kind === 'array' && sameList(one.elements, other.elements)
  return other.kind === 'object' && sameMembers(one.members, other.members)
}

function sameList(one: readonly Json[], other: readonly Json[]): boolean {
  return one.length === other.length && one.every((value, index) => sameValue(value, other[index] as Json))
}

function sameMembers(one: readonly Member[], other: readonly Member[]): boolean {
  const ones = byName(one)
  const others = byName(other)
  return (
    ones.size === others.size && [...ones].every(([name, values]) => sameList(values, others.get(name) ?? []))
  )
}

export function byName(members: readonly Member[]): Map<string, Json[]> {
  const values = new Map<string, Json[]>()
  for (const [name, value] of members) values.set(name, [...(values.get(name) ?? []), value])
  return values
}

const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    maxLength: 4,
  }),
  fc.string({
    unit: fc.constantFrom('\ud800', '\udc00', '\ud83d', '\ude00', '\ufffd', '"', '\\', '/', '\n', 'a'),
    maxLength: 4,
  }),
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 60, maxLength: 70 }),
)

// Few, so that members share a name; some sort otherwise by code point or by number than by code unit.
const name: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'a',
      'b',
      'A',
      'amount',
      '',
      '__proto__',
      '10',
      '9',
      '\ufb33',
      '\u{1f600}',
      'a\u0000',
    ),
  },
  { weight: 1, arbitrary: text },
)

const number: fc.Arbitrary<Json> = fc.oneof(
  fc.record({
    kind: fc.constant('number' as const),
    negative: fc.boolean(),
    digits: fc.string({ unit: fc.constantFrom(...'0012345678900'), minLength: 1, maxLength: 24 }),
    exponent: fc.oneof(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -1_000_000, max: 1_000_000 })),
  }),
  fc
    .constantFrom('9007199254740992', '9007199254740993', '0', '1', '10', '1999999999999999999999')
    .map((digits) => ({
      kind: 'number' as const,
      negative: false,
      digits,
      exponent: 0,
    })),
)

const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constant<Json>({ kind: 'null' }),
    fc.boolean().map<Json>((value) => ({ kind: 'boolean', value })),
    number,
    text.map<Json>((value) => ({ kind: 'string', value })),
    fc.array(tie('json'), { maxLength: 4 }).map<Json>((elements) => ({ kind: 'array', elements })),
    fc
      .array(fc.tuple(name, tie('json')), { maxLength: 6 })
      .map<Json>((members) => ({ kind: 'object', members })),
    fc
      .array(fc.tuple(name, tie('json')), { maxLength: 40, size: 'max' })
      .map<Json>((members) => ({ kind: 'object', members })),
  ),
}))

export const anyJson: fc.Arbitrary<Json> = json
