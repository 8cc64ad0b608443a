import { keptOf } from '../own-to-each.ts'
import { ContractViolation, expectSame, expectThat, shown } from '../violation.ts'
import { fieldOf, type WireHead, type WireLines, type WireResponse } from '../wire.ts'
import type { Scene } from './scene.ts'
import { pieces, type Script } from './script.ts'

/** The retry has the first one's status line, field lines and bytes, and the mark; and the handler ran once. */
export function expectReplay(scene: Scene, first: WireResponse, retry: WireResponse): void {
  expectSame('the status line of the retry', first.statusLine, retry.statusLine)
  expectSame('the field lines of the retry', keptOf(first), keptOf(retry))
  expectSame('the bytes of the retry', first.sha256, retry.sha256)
  expectSame('the mark of the first answer', [], marksOf(first))
  expectSame('the mark of the retry', ['true'], marksOf(retry))
  expectSame('runs of the handler', 1, scene.runs)
}

/** Asks and retries; the first answer must be what the handler made. */
export async function expectReplayed(scene: Scene): Promise<readonly [WireResponse, WireResponse]> {
  const first = await scene.ask()
  const { status, headers } = scene.script
  expectSame('the status of the first answer', status, first.status)
  expectSent(first.lines, headers)
  const bodiless = status === 204 || status === 304
  expectSame('the body of the first answer', bodiless ? Buffer.alloc(0) : scene.body, first.body)
  const retry = await scene.ask()
  expectReplay(scene, first, retry)
  return [first, retry]
}

/** These lines are there, whatever stands between them, and however their names are spelt. */
function expectSent(seen: WireLines, wanted: WireLines): void {
  const plain = ([name, value]: WireLines[number]): string => `${name.toLowerCase()}: ${value}`
  const left = seen.map(plain)
  for (const line of wanted) {
    const at = left.indexOf(plain(line))
    if (at < 0) throw new ContractViolation(`there is no field line ${plain(line)}; seen: ${shown(seen)}`)
    left.splice(at, 1)
  }
}

/** These lines, to the letter and in this order, whatever stands between them. */
export function expectLines(seen: WireLines, wanted: WireLines): void {
  const names = new Set(wanted.map(([name]) => name.toLowerCase()))
  const own = seen.filter(([name]) => names.has(name.toLowerCase()))
  expectSame('the field lines as the handler wrote them', shown(wanted), shown(own))
}

export function marksOf({ lines }: WireHead): string[] {
  return lines.filter(([name]) => name.toLowerCase() === 'idempotent-replayed').map(([, value]) => value)
}

/** The last segment of each problem's type, its status, and whether a retry can help. */
const problems = {
  'key-missing': [400, 'fix'],
  'key-invalid': [400, 'fix'],
  'key-conflict': [422, 'fix'],
  'other-credentials': [403, 'fix'],
  'replay-forbidden': [403, 'fix'],
  'still-in-progress': [409, 'later'],
  'outcome-unknown': [409, 'never'],
  'outcome-expired': [409, 'never'],
  'outcome-not-kept': [409, 'never'],
  'body-too-large': [413, 'fix'],
  'store-full': [503, 'later'],
} as const

/** An outcome of which no refusal may tell anything. */
export const secretOutcome: Partial<Script> = {
  headers: [['X-Own', 'known to its caller']],
  body: pieces('secret of the stored outcome'),
}

/** A problem document (RFC 9457) of the kind, with all its members, and nothing of the scene in it. */
export function expectProblem(scene: Scene, kind: keyof typeof problems, response: WireResponse): void {
  const [status, retry] = problems[kind]
  expectSame(`the status of ${kind}`, status, response.status)
  expectSame('its media type', 'application/problem+json', fieldOf(response, 'content-type'))
  const { title, detail, type, ...rest } = parsed(response)
  expectThat(typeof title === 'string' && title !== '', 'it has a title', title)
  expectThat(typeof detail === 'string' && detail !== '', 'it has a detail', detail)
  expectThat(typeof type === 'string' && /^https:\/\/.+$/.test(type), 'its type is a link', type)
  expectSame('the end of its type', kind, String(type).split('/').at(-1))
  expectSame('its other members', { status, retry, error: { type: kind, message: detail } }, rest)
  expectSame('its mark', [], marksOf(response))
  const text = `${shown(response.lines)} ${response.body.toString('latin1')}`
  for (const secret of [
    scene.key,
    scene.body.toString('latin1'),
    ...scene.script.headers.map(([, value]) => value),
  ]) {
    expectThat(
      secret.length < 4 || !text.includes(secret),
      'it tells nothing of the request and the outcome',
      text,
    )
  }
}

function parsed({ body }: WireResponse): Record<string, unknown> {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>
  } catch {
    throw new ContractViolation(`it is no JSON: ${shown(body.toString())}`)
  }
}
