/**
 * @aws-lambda-powertools/idempotency on Redis, around a handler of API Gateway's events, which a small server makes of
 * requests. `validating`: the key is told by the caller, the path and the field, and the body is validated as its
 * documentation says under "Payload validation". Else the whole payload is the key, which is its default.
 */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency'
import { CachePersistenceLayer } from '@aws-lambda-powertools/idempotency/cache'
import { createClient } from 'redis'
import { charge, Refused } from './charge.ts'
import { serviceTerms } from './terms.ts'

interface Event {
  readonly caller: string
  readonly path: string
  readonly key: string | null
  readonly body: unknown
}

interface Response {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type LambdaContext = Parameters<IdempotencyConfig['registerLambdaContext']>[0]

const { port, ledger, redisUrl, leaseMs, variant } = serviceTerms()
const client = createClient({ url: redisUrl })
client.on('error', () => undefined)
await client.connect()

const config = new IdempotencyConfig({
  expiresAfterSeconds: 86_400,
  useLocalCache: true,
  throwOnNoIdempotencyKey: true,
  ...(variant === 'validating' && {
    eventKeyJmesPath: '[caller, path, key]',
    payloadValidationJmesPath: 'body',
  }),
})
// How long Lambda would still let it run: an attempt that is in progress for longer is taken for dead.
const context = { getRemainingTimeInMillis: () => leaseMs } as LambdaContext
const prefers = new WeakMap<Event, string | undefined>()

const create = makeIdempotent(
  async (event: Event, _context: LambdaContext): Promise<Response> => {
    const made = await charge(ledger, { key: event.key ?? '', prefer: prefers.get(event), body: event.body })
    const headers = { 'Content-Type': 'application/json', Location: `${event.path}/${made.id}` }
    return { statusCode: 201, headers, body: JSON.stringify(made) }
  },
  { persistenceStore: new CachePersistenceLayer({ client }), config },
)

createServer(async (request, response) => {
  const answer = await answerTo(request.url ?? '/', request.headers, await text(request))
  response.writeHead(answer.statusCode, { ...answer.headers }).end(answer.body)
}).listen(port, '127.0.0.1')

async function answerTo(
  path: string,
  headers: Readonly<Record<string, unknown>>,
  body: string,
): Promise<Response> {
  try {
    const key = String(headers['idempotency-key'] ?? '') || null
    if (key === null) return refusal(400, 'An Idempotency-Key is required.')
    const event = { caller: String(headers.authorization), path, key, body: JSON.parse(body) as unknown }
    prefers.set(event, headers.prefer as string | undefined)
    return await create(event, context)
  } catch (error) {
    const { name, message } = error as Error
    if (error instanceof Refused) return refusal(error.status, message, { 'Retry-After': '1' })
    if (name === 'IdempotencyAlreadyInProgressError' || name === 'IdempotencyItemAlreadyExistsError')
      return refusal(409, 'It is in progress.', { 'Retry-After': '1' })
    if (name === 'IdempotencyValidationError') return refusal(422, 'The key was used with another payload.')
    return refusal(500, 'It failed.')
  }
}

function refusal(statusCode: number, detail: string, headers: Response['headers'] = {}): Response {
  return {
    statusCode,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ detail }),
  }
}
