import type { HttpDifference, HttpServiceUnderTest } from '../../src/testing/index.ts'

type Differences = HttpServiceUnderTest['differs']
type Declared = Pick<HttpServiceUnderTest, 'has' | 'differs'>

export type FaceName =
  | 'node:http'
  | 'Express 5'
  | 'Express 4'
  | 'Express 5, after its body parser'
  | 'Fastify'
  | 'fetch'
  | 'Hono'

const lostByParser: HttpDifference = {
  why: 'The body is compared by the value that JSON.parse made of it, in which these two are one. Put the idempotency before the parser to have them told apart.',
  seen: 'the status of key-conflict: expected 422, seen 200',
}

const refusedByParser = (seen: string): HttpDifference => ({
  why: 'The parser refuses this body (400) before the idempotency sees it.',
  seen,
})

const notInflated = (seen: string): HttpDifference => ({
  why: 'Fastify’s parsers take no compressed body (400); with a plugin that inflates, it is compared inflated.',
  seen,
})

const limitOfParser = (seen: string): HttpDifference => ({
  why: 'How large a body may be that a parser reads is the parser’s to say (Express’s limit, Fastify’s bodyLimit), and not maxRequestBytes.',
  seen,
})

const afterParsing: Differences = {
  'same-broken-json': refusedByParser('the first status: expected 200, seen 400'),
  'different-broken-json-value': refusedByParser('the first status: expected 200, seen 400'),
  'different-big-numbers': lostByParser,
  'different-small-fractions': lostByParser,
  'different-duplicate-members': lostByParser,
}

const spelling = (why: string): HttpDifference => ({ why, seen: 'the field lines as the handler wrote them' })

const ofTheFetchStandard: Differences = {
  'replay-odd-spelling': spelling('Headers of the Fetch standard know names in lower case only.'),
  'replay-repeated-fields': {
    why: 'Headers of the Fetch standard join the lines of one name, but for Set-Cookie.',
    seen: 'there is no field line link: </a>',
  },
  'replay-field-order': {
    why: 'Headers of the Fetch standard join the lines of one name, and sort the names.',
    seen: 'there is no field line link: </a>',
  },
  'replay-hints': {
    why: 'A Response of the Fetch standard has no interim responses.',
    seen: '1xx before the first answer: 0: expected 103, seen nothing',
  },
  'unkeyed-hints': {
    why: 'A Response of the Fetch standard has no interim responses.',
    seen: '1xx: 0: expected 103, seen nothing',
  },
}

const afterParserOfExpress: Differences = {
  ...afterParsing,
  'different-no-body-and-null': refusedByParser('expected 422, seen 400'),
  'body-as-sent-gzip': {
    why: 'The parser has inflated it: its handler never sees the bytes as they were sent.',
    seen: 'its body: expected',
  },
  'too-large-inflated-request': limitOfParser('expected 413, seen 200'),
}

const overFastify: Differences = {
  ...afterParsing,
  'different-proto-member': refusedByParser('expected 422, seen 400'),
  'same-gzip': notInflated('seen "HTTP/1.1 400 Bad Request"'),
  'same-br': notInflated('seen "HTTP/1.1 400 Bad Request"'),
  'same-deflate': notInflated('seen "HTTP/1.1 400 Bad Request"'),
  'different-compressed-value': notInflated('expected 422, seen 400'),
  'body-as-sent-gzip': notInflated('its body: expected'),
  'too-large-request': limitOfParser('expected 413, seen 200'),
  'too-large-chunked-request': limitOfParser('expected 413, seen 200'),
  'too-large-inflated-request': notInflated('expected 413, seen 400'),
  'replay-odd-spelling': spelling('reply.header() of Fastify knows names in lower case only.'),
}

const has = ['attempt'] as const

/** What each integration has, and where it deliberately does otherwise: the suite sees to it that it does. */
export const declaredFaces: Readonly<Record<FaceName, Declared>> = {
  'node:http': { has, differs: {} },
  'Express 5': { has, differs: {} },
  'Express 4': { has, differs: {} },
  'Express 5, after its body parser': { has, differs: afterParserOfExpress },
  Fastify: { has, differs: overFastify },
  fetch: { has, differs: ofTheFetchStandard },
  Hono: { has, differs: ofTheFetchStandard },
}
