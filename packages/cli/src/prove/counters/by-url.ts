import { COUNT_WITHIN_MS, type Counter, PLACE_OF_KEY } from './counter.ts'
import { numberIn } from './number-in.ts'

/** Asks a URL by GET, with the key percent-encoded in its path or query. A redirect is not followed. */
export function counterByUrl(template: string, pointer: string | undefined): Counter {
  return {
    count: async (key) => numberIn('--count-url', await answerOf(template, key), pointer),
    close: async () => {},
  }
}

async function answerOf(template: string, key: string): Promise<string> {
  const url = template.replaceAll(PLACE_OF_KEY, () => encodeURIComponent(key))
  const response = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(COUNT_WITHIN_MS),
  }).catch(() => undefined)
  if (response === undefined) throw new Error('--count-url did not answer: see that it is there.')
  const text = await response.text()
  if (response.ok) return text
  throw new Error(`--count-url answered with ${response.status}: it must answer with 200 and the number.`)
}
