/** What is under test broke its contract. The message says where, what was expected, and what was seen. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation'
}

/** @throws {ContractViolation} where `seen` isn't as `expected`, to the byte. */
export function expectSame(what: string, expected: unknown, seen: unknown): void {
  const difference = differenceOf(expected, expected, seen)
  if (difference) throw new ContractViolation(`${what}: ${difference}`)
}

/** @throws {ContractViolation} unless `holds`. */
export function expectThat(holds: boolean, what: string, seen?: unknown): asserts holds {
  if (!holds) throw new ContractViolation(seen === undefined ? what : `${what}; seen: ${shown(seen)}`)
}

/** @throws {ContractViolation} where the promise is fulfilled, or rejects with something else. */
export async function expectRejection(
  what: string,
  promise: Promise<unknown>,
  fits: (error: unknown) => boolean,
): Promise<void> {
  const error = await promise.then(
    (value) => {
      throw new ContractViolation(`${what}: expected a rejection, seen: ${shown(value)}`)
    },
    (reason: unknown) => reason,
  )
  if (!fits(error)) throw new ContractViolation(`${what}: rejected with something else: ${shown(error)}`)
}

/** Some stores keep a lease as a time to live, and give the moment of its end back with a rounding. */
const CLOCK_SLACK_MS = 2
const timeMembers = /(?:At|Since|Ms)$/

/**
 * Where `seen` isn't between `low` and `high`, which are one prediction made with two readings of the store's clock,
 * one from before the call and one from after: what isn't a time is equal in both, and so must be equal in `seen`.
 */
export function differenceOf(low: unknown, high: unknown, seen: unknown, path = ''): string | undefined {
  if (typeof low === 'number' && typeof high === 'number' && typeof seen === 'number') {
    const slack = timeMembers.test(path) && low !== seen ? CLOCK_SLACK_MS : 0
    const inside = seen >= Math.min(low, high) - slack && seen <= Math.max(low, high) + slack
    return inside ? undefined : differing(path, low === high ? low : `${low} to ${high}`, seen)
  }
  if (low instanceof Uint8Array) {
    const same = seen instanceof Uint8Array && Buffer.compare(low, seen) === 0
    return same ? undefined : differing(path, low, seen)
  }
  if (!isObject(low) || !isObject(high) || !isObject(seen)) {
    return Object.is(low, seen) ? undefined : differing(path, low, seen)
  }
  if (Array.isArray(low) !== Array.isArray(seen) || seen instanceof Uint8Array)
    return differing(path, low, seen)
  for (const name of new Set([...Object.keys(low), ...Object.keys(seen)])) {
    const where = path === '' ? name : `${path}.${name}`
    if (!Object.hasOwn(seen, name)) return differing(where, low[name], undefined)
    if (!Object.hasOwn(low, name)) return differing(where, undefined, seen[name])
    const difference = differenceOf(low[name], high[name], seen[name], where)
    if (difference) return difference
  }
  return undefined
}

function differing(path: string, expected: unknown, seen: unknown): string {
  return `${path === '' ? '' : `${path}: `}expected ${shown(expected)}, seen ${shown(seen)}`
}

/** Short, on one line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value instanceof Uint8Array)
    return `${value.length} bytes ${Buffer.from(value.subarray(0, 24)).toString('hex')}`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (value instanceof Map) return shown(Object.fromEntries(value))
  const text = JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Uint8Array ? shown(inner) : inner,
  )
  return text.length > 600 ? `${text.slice(0, 600)}…` : text
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
