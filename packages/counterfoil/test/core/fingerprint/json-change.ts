import type { Json, Member } from './json-model.ts'
import type { Choose } from './json-spelling.ts'

/** A value a little way off; now and then it means the same after all. */
export function change(json: Json, choose: Choose): Json {
  if (json.kind === 'array' && json.elements.length > 0 && choose(3) > 0) {
    return { kind: 'array', elements: changeOne(json.elements, (element) => change(element, choose), choose) }
  }
  if (json.kind === 'object' && json.members.length > 0 && choose(3) > 0) {
    const inner = ([name, value]: Member): Member => [name, change(value, choose)]
    return { kind: 'object', members: changeOne(json.members, inner, choose) }
  }
  return changeHere(json, choose)
}

function changeHere(json: Json, choose: Choose): Json {
  if (choose(8) === 0) return { kind: 'array', elements: [json] }
  if (json.kind === 'null') return { kind: 'string', value: 'null' }
  if (json.kind === 'boolean')
    return choose(2) === 0 ? { kind: 'null' } : { kind: 'boolean', value: !json.value }
  if (json.kind === 'number') return changeNumber(json, choose)
  if (json.kind === 'string') return { kind: 'string', value: changeText(json.value, choose) }
  if (json.kind === 'array')
    return { kind: 'array', elements: changeList(json.elements, { kind: 'null' }, choose) }
  const members = json.members
  if (members.length > 0 && choose(3) === 0) {
    const renamed = ([name, value]: Member): Member => [changeText(name, choose), value]
    return { kind: 'object', members: changeOne(members, renamed, choose) }
  }
  return { kind: 'object', members: changeList(members, ['a', { kind: 'null' }] as const, choose) }
}

function changeNumber(json: Extract<Json, { kind: 'number' }>, choose: Choose): Json {
  const { negative, digits, exponent } = json
  const changed: readonly Json[] = [
    { ...json, negative: !negative },
    { ...json, exponent: -exponent },
    { ...json, exponent: exponent + 1 - 2 * choose(2) },
    { ...json, digits: digits.slice(0, -1) + choose(10) },
    { ...json, digits: `1${digits}` },
    { ...json, digits: `${digits}0`, exponent: exponent - 1 },
    { kind: 'string', value: `${digits}e${exponent}` },
  ]
  return changed[choose(changed.length)] as Json
}

const units = ['\ud800', '\ud801', '\udc00', '\ufffd', 'a', 'A', '"', '\\', '/', '\u0000', ' ', ',', '":1,"']

function changeText(value: string, choose: Choose): string {
  const at = choose(value.length + 1)
  const unit = choose(4) === 0 ? '' : (units[choose(units.length)] as string)
  return value.slice(0, at) + unit + value.slice(at + choose(2))
}

/** Drops, repeats, swaps or adds. */
function changeList<T>(list: readonly T[], added: T, choose: Choose): T[] {
  const at = choose(list.length + 1)
  const before = list.slice(0, at)
  const [here, next, ...rest] = list.slice(at)
  if (here === undefined) return [...before, added]
  if (next === undefined) return choose(2) === 0 ? before : [...before, here, here]
  const changed: readonly T[][] = [[next], [here, here, next], [next, here], [here, added, next]]
  return [...before, ...(changed[choose(changed.length)] as T[]), ...rest]
}

function changeOne<T>(list: readonly T[], changed: (item: T) => T, choose: Choose): T[] {
  const chosen = choose(list.length)
  return list.map((item, index) => (index === chosen ? changed(item) : item))
}
