import { type FieldLines, valuesOf } from './field-lines.ts'

/** What the caller presents to show who it is. With the key, so that no two receipts tell that they have one caller. */
export function presented(key: string, headers: FieldLines, cookies: readonly string[] | undefined): string {
  const sent = valuesOf(headers, 'cookie').flatMap((value) => value.split(/; */))
  const named = cookies && sent.filter((cookie) => cookies.includes(cookie.split('=', 1)[0] as string))
  return JSON.stringify([
    key,
    valuesOf(headers, 'authorization'),
    valuesOf(headers, 'x-api-key'),
    named ?? sent,
  ])
}
