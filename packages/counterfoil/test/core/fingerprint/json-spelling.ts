import { byName, type Json, type Member } from './json-model.ts'

/** A source of numbers from 0 up to, but not including, `below`. */
export type Choose = (below: number) => number

/** Numbers that look random, and are the same for one seed (mulberry32). */
export function chooser(seed: number): Choose {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** One of the many ways to write a value: white space, member order, escapes, number spelling. */
export function spell(json: Json, choose: Choose): string {
  return space(choose) + spellValue(json, choose) + space(choose)
}

function spellValue(json: Json, choose: Choose): string {
  if (json.kind === 'null') return 'null'
  if (json.kind === 'boolean') return String(json.value)
  if (json.kind === 'number') return spellNumber(json, choose)
  if (json.kind === 'string') return spellString(json.value, choose)
  if (json.kind === 'array')
    return `[${list(
      json.elements.map((element) => spell(element, choose)),
      choose,
    )}]`
  const members = shuffled(json.members, choose).map(
    ([name, value]) => `${space(choose)}${spellString(name, choose)}${space(choose)}:${spell(value, choose)}`,
  )
  return `{${list(members, choose)}}`
}

function list(items: readonly string[], choose: Choose): string {
  return items.length === 0 ? space(choose) : items.join(',')
}

function space(choose: Choose): string {
  if (choose(3) > 0) return ''
  return Array.from({ length: choose(3) }, () => ' \t\r\n'.charAt(choose(4))).join('')
}

/** Members of one name stay in their order. */
function shuffled(members: readonly Member[], choose: Choose): Member[] {
  if (choose(4) === 0) return [...members]
  const names = members.map(([name]) => name)
  for (let last = names.length - 1; last > 0; last--) {
    const other = choose(last + 1)
    const name = names[last] as string
    names[last] = names[other] as string
    names[other] = name
  }
  const left = byName(members)
  return names.map((name) => [name, left.get(name)?.shift() as Json])
}

function spellString(value: string, choose: Choose): string {
  const mayEscape = choose(2) === 0
  // By code point: a pair may stand as it is, half a pair may not.
  const characters = Array.from(value, (character) => {
    const must = character < ' ' || character === '"' || character === '\\' || !character.isWellFormed()
    return must || (mayEscape && choose(4) === 0) ? escaped(character, choose) : character
  })
  return `"${characters.join('')}"`
}

function escaped(character: string, choose: Choose): string {
  const short = '"\\/\b\f\n\r\t'.indexOf(character)
  if (character.length === 1 && short >= 0 && choose(2) === 0) return `\\${'"\\/bfnrt'.charAt(short)}`
  return Array.from({ length: character.length }, (_, index) => {
    const hex = character.charCodeAt(index).toString(16).padStart(4, '0')
    return `\\u${choose(2) === 0 ? hex : hex.toUpperCase()}`
  }).join('')
}

function spellNumber(
  { negative, digits, exponent }: Extract<Json, { kind: 'number' }>,
  choose: Choose,
): string {
  const zero = /^0*$/.test(digits)
  const sign = (zero ? choose(2) === 0 : negative) ? '-' : ''
  if (choose(2) === 0 && exponent <= 0 && exponent > -40) return sign + positional(digits, -exponent)
  const padding = choose(3)
  const written = digits + '0'.repeat(padding)
  const point = choose(written.length + 1)
  const whole = written.slice(0, point).replace(/^0+/, '') || '0'
  const fraction = written.slice(point)
  const power = zero ? choose(1000) - 500 : exponent - padding + fraction.length
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}${spellExponent(power, choose)}`
}

function positional(digits: string, places: number): string {
  const padded = digits.padStart(places + 1, '0')
  const whole = padded.slice(0, padded.length - places).replace(/^0+(?=.)/, '')
  return places === 0 ? whole : `${whole}.${padded.slice(-places)}`
}

function spellExponent(power: number, choose: Choose): string {
  if (power === 0 && choose(2) === 0) return ''
  const sign = power < 0 ? '-' : choose(2) === 0 ? '+' : ''
  return `${choose(2) === 0 ? 'e' : 'E'}${sign}${'0'.repeat(choose(3))}${Math.abs(power)}`
}
