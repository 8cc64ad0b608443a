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
  const shape = new RegExp(`^${plain(path).split('/').slice(1).map(segmentShape).join('')}$`)
  return {
    text: `${methods} ${path}`,
    methods: wanted,
    matches: (method, received) => (wanted?.includes(method) ?? true) && shape.test(plain(received)),
  }
}

function segmentShape(segment: string): string {
  if (segment === '**') return '(?:/.*)?'
  if (segment.startsWith(':')) return '/[^/]+'
  return `/${segment
    .split('*')
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
    .join('[^/]*')}`
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
