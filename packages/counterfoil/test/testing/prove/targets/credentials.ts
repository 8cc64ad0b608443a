import type { IncomingMessage } from 'node:http'

/** Who asks; the text is empty where nobody says. */
export function credentialsOf({ headers }: IncomingMessage): string {
  return /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
}
