import type { Answers } from '../../answers/answers.ts'
import type { Decision } from '../../decision/decision.ts'
import { literal } from './names.ts'
import { runsOpen } from './open.ts'

/** What a face needs of the code around it, and what it gives its user. */
export interface Face {
  readonly imports: readonly string[]
  /** From `counterfoil` itself. */
  readonly names: readonly string[]
  /** Above the function. */
  readonly types: readonly string[]
  /** What the function gives back beside `close`. */
  readonly gives: string
  readonly lines: readonly string[]
  /** Below the function. */
  readonly helpers: readonly string[]
  /** What `recover` gives back where the only effect happened, in `asked`. */
  readonly happened: string
  /** How a kept request is run again: its type's name, and the call. */
  readonly rerun: { readonly type: string; readonly call: string }
}

/** `once` around the run: what every face but HTTP's has. */
function onceCode({ guarantee }: Decision): string {
  return guarantee === 'transactional'
    ? 'operation.onceInTransaction({ tenant, key, request }, (tx) => run(request, tx))'
    : 'operation.once({ tenant, key, request }, (attempt) => run(request, attempt))'
}

export function callFace(decision: Decision): Face {
  return {
    imports: [],
    names: [],
    types: [
      'export interface Call {',
      '  readonly tenant: string',
      '  /** The same with every retry. */',
      '  readonly key: string',
      '  readonly request: unknown',
      '}',
    ],
    gives: 'once',
    lines: [`const once = ({ tenant, key, request }: Call) =>`, `  ${onceCode(decision)}`],
    helpers: [],
    happened: 'asked',
    rerun: { type: 'unknown', call: 'run(kept, attempt)' },
  }
}

export function queueFace(answers: Answers, decision: Decision): Face {
  const again = Math.min(...answers.retries.flatMap(({ queue }) => (queue ? [queue.redeliveredAfterMs] : [])))
  const own =
    decision.guarantee === 'at-most-once'
      ? [
          `  // The handler's own error: it is stored, and every delivery would get it.`,
          `  if (!(error instanceof CounterfoilError)) return { then: 'set_aside', why: String(error) }`,
        ]
      : [
          `  // The handler's own error: nothing is stored, and the next delivery runs.`,
          `  if (!(error instanceof CounterfoilError)) return { then: 'deliver_again', afterMs: AGAIN_MS }`,
        ]
  return {
    imports: [],
    names: ['CounterfoilError'],
    types: [
      'export interface Message {',
      '  readonly tenant: string',
      `  /** ${keyOf(answers)} */`,
      '  readonly key: string',
      '  readonly request: unknown',
      '}',
      '',
      '/** What to tell the queue. */',
      'export type Then =',
      `  | { readonly then: 'acknowledge' }`,
      `  | { readonly then: 'deliver_again'; readonly afterMs: number }`,
      `  | { readonly then: 'set_aside'; readonly why: string }`,
      '',
      `const AGAIN_MS = ${again.toLocaleString('en-US').replaceAll(',', '_')}`,
    ],
    gives: 'onMessage',
    lines: [
      'const onMessage = async ({ tenant, key, request }: Message): Promise<Then> => {',
      '  try {',
      `    await ${onceCode(decision)}`,
      `    return { then: 'acknowledge' }`,
      '  } catch (error) {',
      '    return whatNext(error)',
      '  }',
      '}',
    ],
    helpers: [
      'function whatNext(error: unknown): Then {',
      ...own,
      '  // It ran, and what it came to is no longer kept.',
      `  if (error.code === 'outcome_expired' || error.code === 'outcome_not_kept') return { then: 'acknowledge' }`,
      `  if (error.retry !== 'later') return { then: 'set_aside', why: error.message }`,
      `  const told = 'retryAfterMs' in error ? Number(error.retryAfterMs ?? AGAIN_MS) : AGAIN_MS`,
      `  return { then: 'deliver_again', afterMs: told }`,
      '}',
    ],
    happened: 'asked',
    rerun: { type: 'unknown', call: 'run(kept, attempt)' },
  }
}

function keyOf({ key }: Answers): string {
  return {
    random: 'Put into the message by its producer, made once for each intent.',
    'business-id': 'The id of the thing that it is about.',
    'event-id': 'The id of the event.',
    'delivery-id': 'The id of the message, the same with every delivery.',
    content: 'A digest of the content.',
  }[key.madeOf]
}

export function httpFace(answers: Answers, decision: Decision): Face {
  const { operation, key, tenant } = answers
  const { foundIn } = key
  const source =
    foundIn === undefined || ('field' in foundIn && foundIn.field === 'Idempotency-Key')
      ? []
      : 'pointer' in foundIn
        ? [`key: { pointer: ${literal(foundIn.pointer)} },`]
        : [
            '// Of two lines neither is believed.',
            `key: ({ headersDistinct: { ${literal(foundIn.field.toLowerCase())}: lines } }) =>`,
            '  lines?.length === 1 ? lines[0] : undefined,',
          ]
  const owner =
    tenant.field === undefined
      ? [
          '// One tenant: a retry must carry the credentials of the first request.',
          `tenant: { only: 'all' },`,
        ]
      : [`tenant: ({ headers }) => String(headers[${literal(tenant.field.toLowerCase())}] ?? ''),`]
  const open = runsOpen(answers, decision)
  const method = operation.route?.split(' ')[0] ?? 'POST'
  return {
    imports: [
      `import type { IncomingMessage } from 'node:http'`,
      `import { text } from 'node:stream/consumers'`,
      `import { type HttpOptions, idempotent, type Listener } from 'counterfoil/node'`,
    ],
    names: [],
    types: [],
    gives: 'listener',
    lines: [
      'const options = {',
      ...owner.map((line) => `  ${line}`),
      ...source.map((line) => `  ${line}`),
      '  requireKey: true,',
      ...(method === 'POST' || method === 'PATCH' ? [] : [`  methods: [${literal(method)}],`]),
      ...(open ? ['  failOpen: true,'] : []),
      '} satisfies HttpOptions<IncomingMessage>',
      'const listener: Listener = idempotent(operation, options, async (request, response) => {',
      '  const attempt = request.idempotency',
      open
        ? `  if (request.method !== ${literal(method)}) return response.writeHead(405).end()`
        : '  if (attempt === undefined) return response.writeHead(405).end()',
      '  const body = parsed(await text(request))',
      '  if (body === undefined) return response.writeHead(400).end()',
      '  const { status, headers, body: bytes } = answer(await run(body, attempt))',
      '  return response.writeHead(status, Object.fromEntries(headers)).end(bytes)',
      '})',
    ],
    helpers: [
      '/** What a caller is answered, now or by a recovery. */',
      'function answer(value: unknown) {',
      `  const headers = [['content-type', 'application/json']] as const`,
      '  return { status: 201, headers, body: JSON.stringify(value ?? null) }',
      '}',
      '',
      'function parsed(body: string): unknown {',
      '  try {',
      '    return JSON.parse(body)',
      '  } catch {',
      '    return undefined',
      '  }',
      '}',
    ],
    happened: `{ found: 'happened' as const, response: answer(asked.value) }`,
    rerun: {
      type: 'KeptRequest',
      call: 'answer(await run(parsed(Buffer.from(kept.body).toString()), attempt))',
    },
  }
}
