import { concurrent } from './cases/concurrent.ts'
import { disconnects } from './cases/disconnects.ts'
import { draft } from './cases/draft.ts'
import { failures } from './cases/failures.ts'
import { fingerprints } from './cases/fingerprint.ts'
import { hops } from './cases/hop.ts'
import { keys } from './cases/keys.ts'
import { limits } from './cases/limits.ts'
import { notKept } from './cases/not-kept.ts'
import { passingThrough } from './cases/passing-through.ts'
import { replays } from './cases/replay.ts'
import { tenants } from './cases/tenants.ts'
import { verdicts } from './cases/verdicts.ts'
import type { HttpCase } from './http-case.ts'

/**
 * Everything that an idempotent service must do over HTTP, as cases for any test runner. They speak raw sockets, so that
 * what counts is what goes over the wire. A case rejects with a `ContractViolation` that says what was expected and what
 * was seen.
 *
 * @example
 * const subject: HttpServiceUnderTest = {
 *   has: ['attempt'],
 *   differs: {},
 *   async start(terms, stage) {
 *     const server = createServer(myIdempotent(terms, async (request, response) => {
 *       const turn = await stage.enter(request.headers['x-script'], await buffer(request))
 *       await playOnNode(turn, response)
 *     })).listen(0, '127.0.0.1')
 *     …
 *   },
 * }
 * for (const { topic, name, needs, run } of httpContract()) {
 *   if (needs === null || subject.has.includes(needs)) test(`${topic}: ${name}`, () => run(subject))
 * }
 */
export function httpContract(): readonly HttpCase[] {
  return [
    ...replays,
    ...notKept,
    ...verdicts,
    ...failures,
    ...keys,
    ...fingerprints,
    ...concurrent,
    ...disconnects,
    ...limits,
    ...passingThrough,
    ...tenants,
    ...draft,
    ...hops,
  ]
}
