/** A parameter, an answer or an end in a line of a trace, without what never matters in a simulation. */
export function shown(value: unknown): string {
  return JSON.stringify(value, (name, inner) => {
    if (inner instanceof Error) return String(inner)
    if (inner instanceof Uint8Array) return new TextDecoder().decode(inner).replaceAll('\0', '')
    return hidden.has(name) ? undefined : inner
  })
}

const hidden = new Set([
  'tenant',
  'operation',
  'key',
  'fingerprint',
  'credentials',
  'policies',
  'ttlMs',
  'keyRetentionMs',
  'history',
  'generations',
  'request',
  'createdAt',
  'claimedAt',
])
