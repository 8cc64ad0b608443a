/**
 * express-idempotency with its Redis adapter, as their READMEs say. Its intent validator compares what the default one does,
 * and the caller too: it may be given, and nothing else keeps callers apart.
 */
import { isDeepStrictEqual } from 'node:util'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { getSharedIdempotencyService, type IIdempotencyDataAdapter, idempotency } from 'express-idempotency'
import adapter from 'express-idempotency-redis-adapter'
import { charge, Refused } from './charge.ts'
import { serviceTerms } from './terms.ts'

const { port, ledger, redisUrl } = serviceTerms()
const dataAdapter = new adapter.default({ connectionConfig: { url: redisUrl } })
await dataAdapter.connect()

type Options = NonNullable<Parameters<typeof idempotency>[0]>

const intentValidator: NonNullable<Options['intentValidator']> = {
  isValidIntent: (request, first) =>
    request.url === first.url &&
    request.method === first.method &&
    request.headers.authorization === first.headers.authorization &&
    isDeepStrictEqual({ ...request.query }, { ...first.query }) &&
    isDeepStrictEqual(request.body, first.body),
}

const handler: RequestHandler = async (request, response) => {
  const service = getSharedIdempotencyService()
  if (service.isHit(request as never)) return
  try {
    const key = request.get('idempotency-key') ?? ''
    const made = await charge(ledger, { key, prefer: request.get('prefer'), body: request.body })
    response.status(201).location(`${request.path}/${made.id}`).send(made)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    // A status that is no success frees the key by itself.
    response.status(error.status).set('Retry-After', '1').send({ detail: error.message })
  }
}

const onError: ErrorRequestHandler = (error: Error, _request, response, _next) => {
  response.status(response.statusCode >= 400 ? response.statusCode : 500).json({ detail: error.message })
}

const app = express()
app.use(express.json({ limit: '20mb' }))
// Their types differ in the version of Express, and in whether a response may be given as `undefined`.
const middleware = idempotency({
  dataAdapter: dataAdapter as unknown as IIdempotencyDataAdapter,
  intentValidator,
})
app.post('/:what', middleware as never, handler)
app.use(onError)
app.listen(port, '127.0.0.1')
