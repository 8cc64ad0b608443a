/** `POST /v1/accounts/:id/payouts`: methods with commas or `*`, and a path where `:name` is one segment. */
export interface RoutePattern {
  /** As written, with one space: the name of the route's operation. */
  readonly text: string
  /** `undefined`: those of the whole gateway. */
  readonly methods: readonly string[] | undefined
  matches(method: string, path: string): boolean
}

/** `undefined` where it is none. */
export function routePattern(text: string): RoutePattern | undefined {
  const [, methods, path] = /^(\*|[A-Z]+(?:,[A-Z]+)*) +(\/[^\s?#{}]*)$/.exec(text.trim()) ?? []
  if (methods === undefined || path === undefined || /:(?![A-Za-z_]\w*(?:\/|$))/.test(path)) return undefined
  if (
    path
      .slice(1)
      .split('/')
      .some((segment) => segment.includes('**') && segment !== '**')
  )
    return undefined
  const wanted = methods === '*' ? undefined : methods.split(',')
  if (wanted?.includes('OPTIONS')) return undefined
  const shape = segmentsOf(plain(path))
  return {
    text: `${methods} ${path}`,
    methods: wanted,
    matches: (method, received) =>
      (wanted?.includes(method) ?? true) &&
      fits(shape, segmentsOf(plain(received)), (segment) => segment === '**', segmentFits),
  }
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1)
}

function segmentFits(wanted: string, segment: string): boolean {
  if (wanted.startsWith(':')) return segment !== ''
  const same = (one: string, other: string): boolean => one === other
  return fits([...wanted], [...segment], (letter) => letter === '*', same)
}

/**
 * Whether all of `seen` fits `wanted`, in which a wild one stands for any number. It goes back to the last wild one alone,
 * so that no path takes longer than the product of both lengths.
 */
function fits(
  wanted: readonly string[],
  seen: readonly string[],
  isWild: (one: string) => boolean,
  isOne: (wanted: string, seen: string) => boolean,
): boolean {
  let at = 0
  let wild = -1
  let from = 0
  for (let n = 0; n < seen.length; ) {
    const one = wanted[at]
    if (one !== undefined && isWild(one)) {
      wild = at
      from = n
      at += 1
    } else if (one !== undefined && isOne(one, seen[n] as string)) {
      at += 1
      n += 1
    } else if (wild >= 0) {
      from += 1
      n = from
      at = wild + 1
    } else {
      return false
    }
  }
  return wanted.slice(at).every(isWild)
}

/**
 * A path as most servers read it, so that no spelling slips by its route: unreserved characters decoded (RFC 3986,
 * section 6.2.2.2), dot segments resolved, and no empty segment. Case counts.
 */
function plain(path: string): string {
  const decoded = path.replace(/%[0-9a-f]{2}/gi, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : code.toUpperCase()
  })
  const segments: string[] = []
  for (const segment of decoded.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return `/${segments.join('/')}`
}
