/**
 * A URL without user, password and query. Up to the last `@`, whatever stands before it: a password that should have been
 * percent-encoded may hold any character.
 */
export function withoutSecrets(url: string): string {
  return url.replace(/\/\/.*@/s, '//').replace(/\?.*$/s, '')
}
