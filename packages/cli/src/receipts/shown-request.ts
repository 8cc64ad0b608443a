import { decodeKeptRequest, encodeKeptRequest } from 'counterfoil'

/** What shows who a caller is. */
const credentials = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-key'])

/** A kept request as it may be pasted into a ticket: one that came over HTTP shows that it has credentials, and not which. */
export function shownRequest(kept: Uint8Array): Uint8Array {
  const faced = decodeKeptRequest(kept)
  if (faced === undefined) return kept
  const headers = faced.request.headers.map(
    ([name, value]) => [name, credentials.has(name.toLowerCase()) ? '***' : value] as const,
  )
  return encodeKeptRequest(faced.by, { ...faced.request, headers })
}
