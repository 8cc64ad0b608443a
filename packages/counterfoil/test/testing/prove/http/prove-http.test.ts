import { createServer as createSecureServer } from 'node:https'
import { networkInterfaces } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type HttpProofOptions, type Proof, proveHttp, type Verdict } from '../../../../src/testing/index.ts'
import { ownCertificate } from './certificate.ts'
import { type Manners, type TinyService, tinyService } from './tiny-service.ts'

const quick = {
  body: '{"amount":5,"to":"x"}',
  requests: 20,
  processes: 1,
  rounds: 1,
  leaseMs: 200,
} satisfies Partial<HttpProofOptions>

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)

async function serviceWith(manners: Manners = {}): Promise<TinyService> {
  const service = await tinyService(manners)
  onTestFinished(() => service.close())
  return service
}

const urlOf = ({ port }: TinyService): string => `http://127.0.0.1:${port}/charges`

/** Each scenario's verdict, by its id. */
function verdicts({ scenarios }: Proof): Readonly<Record<string, Verdict>> {
  return Object.fromEntries(scenarios.map(({ id, verdict }) => [id, verdict]))
}

async function verdictOn(
  service: TinyService,
  id: string,
  options: Partial<HttpProofOptions> = {},
): Promise<Verdict | undefined> {
  return verdicts(await proveHttp({ ...quick, url: urlOf(service), only: [id], ...options }))[id]
}

const ownScenarios = [
  'duplicate',
  'identity',
  'reordered',
  'key-spelling',
  'conflict',
  'concurrent',
  'conflict-in-flight',
  'refused-duplicate',
]

describe('a right service', () => {
  it('is found to hold', async () => {
    const service = await serviceWith()
    const { countEffects } = service
    const proof = await proveHttp({
      ...quick,
      url: urlOf(service),
      processes: 2,
      only: ownScenarios,
      countEffects,
    })
    const kinds = proof.scenarios.map(({ id, verdict }) => [id, verdict.kind])
    expect(kinds).toEqual(ownScenarios.map((id) => [id, 'held']))
    const concurrent = proof.scenarios.find(({ id }) => id === 'concurrent')
    expect(concurrent).toMatchObject({
      rounds: 1,
      requests: 21,
      effects: { kind: 'counted', seen: [{ effects: 1, keys: 1 }] },
      answers: { statuses: [{ status: '201', count: 21 }], bodies: [{ count: 21 }] },
      spreadMs: { max: expect.any(Number) },
    })
    expect(concurrent?.timeline.filter(({ role }) => role === 'ran')).toHaveLength(1)
    expect(new Set(concurrent?.timeline.map(({ caller }) => caller.split(',')[0])).size).toBe(2)
  })

  it.each<[string, Manners, Partial<HttpProofOptions>]>([
    ['tells duplicates to come again', { refusesDuplicatesWith: 409 }, { connections: 'fresh' }],
    ['tells duplicates that they are accepted', { refusesDuplicatesWith: 202 }, {}],
    ['refuses duplicates only as long as the first one runs', { refusesDuplicatesWith: 400 }, {}],
    [
      'takes keys in quotes only, and is slow to show its effects',
      { wantsQuotes: true, effectAfterMs: 300 },
      {},
    ],
    ['gets its requests one after the other', {}, { staggerMs: { least: 0, most: 30 } }],
  ])('is found to hold where it %s', async (_how, manners, options) => {
    const service = await serviceWith(manners)
    const { countEffects } = service
    expect(await verdictOn(service, 'concurrent', { countEffects, ...options })).toMatchObject({
      kind: 'held',
    })
  })

  it('is not found broken where it hangs up on callers', async () => {
    const service = await serviceWith({ hangsUpOn: 3 })
    const { countEffects } = service
    expect(await verdictOn(service, 'concurrent', { countEffects })).not.toMatchObject({ kind: 'broken' })
  })

  it.runIf(hasIpv6)('is reached over IPv6, where the machine has it', async () => {
    const service = await serviceWith({ listensOn: '::1' })
    const url = `http://[::1]:${service.port}/charges`
    expect(await verdictOn(service, 'duplicate', { url })).toMatchObject({ kind: 'held' })
  })
})

describe('a service that runs every request', () => {
  it('is found broken by its effects', async () => {
    const service = await serviceWith({ runsEveryRequest: true, answers: 'alike' })
    const { countEffects } = service
    expect(await verdictOn(service, 'concurrent', { countEffects })).toMatchObject({
      kind: 'broken',
      why: expect.stringMatching(/had 2\d effects/),
      evidence: [{ says: expect.any(String) }, { says: expect.any(String) }],
    })
  })

  it('is found broken by its answers, where effects are not counted', async () => {
    const service = await serviceWith({ runsEveryRequest: true })
    expect(await verdictOn(service, 'duplicate')).toMatchObject({ kind: 'broken' })
  })
})

describe('nothing is held', () => {
  it('where every run is answered alike, and effects are not counted', async () => {
    const service = await serviceWith({ answers: 'alike' })
    const proof = await proveHttp({ ...quick, url: urlOf(service), only: ['duplicate', 'identity'] })
    expect(verdicts(proof)).toMatchObject({ duplicate: { kind: 'not_shown' }, identity: { kind: 'held' } })
  })

  it('where the endpoint does not take the request', async () => {
    const service = await serviceWith()
    const why = expect.stringMatching(/answered a first request with 400/)
    expect(await verdictOn(service, 'duplicate', { keyHeader: 'X-Key' })).toMatchObject({
      kind: 'not_shown',
      why,
    })
  })

  it('of a conflict, where no other request is known that the endpoint takes', async () => {
    const service = await serviceWith({ onlyBody: quick.body })
    expect(await verdictOn(service, 'conflict')).toMatchObject({
      kind: 'not_shown',
      why: expect.stringMatching(/--conflict-body/),
    })
  })

  it('by a counter that cannot count', async () => {
    const countEffects = () => Promise.reject(new Error('the ledger is closed.'))
    expect(await verdictOn(await serviceWith(), 'duplicate', { countEffects })).toMatchObject({
      kind: 'not_shown',
      why: expect.stringMatching(/the ledger is closed/),
    })
  })

  it('by a counter to which one request has two effects', async () => {
    const service = await serviceWith()
    const countEffects = async (key: string) => 2 * (await service.countEffects(key))
    expect(await verdictOn(service, 'duplicate', { countEffects })).toMatchObject({
      kind: 'not_shown',
      why: expect.stringMatching(/had 2 effects/),
    })
  })

  it('after it was stopped, of what had not been shown by then', async () => {
    const service = await serviceWith()
    const stop = new AbortController()
    const proof = await proveHttp({
      ...quick,
      url: urlOf(service),
      only: ['duplicate', 'concurrent'],
      signal: stop.signal,
      onProgress: ({ scenario }) => scenario.id === 'concurrent' && stop.abort(),
    })
    const stopped = { kind: 'not_shown', why: 'The run was stopped.' }
    expect(verdicts(proof)).toMatchObject({ duplicate: { kind: 'held' }, concurrent: stopped })
  })
})

it.each([
  ['nothing was restarted', (_: TinyService) => {}, true],
  ['it was', (service: TinyService) => service.hangUp(), false],
] as const)(
  'the bound of a restart says whether a connection outlived it: %s',
  async (_what, strike, outlived) => {
    const service = await serviceWith()
    const restart = async (): Promise<void> => strike(service)
    const verdict = await verdictOn(service, 'restart', { restart })
    expect(verdict).toMatchObject({ kind: 'held' })
    expect(verdict?.kind === 'held' && verdict.bound.includes('outlived the restart')).toBe(outlived)
  },
)

it('a proof that is stopped waits for no answer', async () => {
  const service = await serviceWith({ answers: 'never' })
  const stop = new AbortController()
  const proving = verdictOn(service, 'duplicate', { signal: stop.signal, answerWithinMs: 600_000 })
  await service.asked
  stop.abort()
  expect(await proving).toMatchObject({ kind: 'not_shown', why: 'The run was stopped.' })
})

it('a counter that says the same of every key is not believed, and the bound says so', async () => {
  const service = await serviceWith()
  const countEffects = async () => service.bodies.length
  expect(await verdictOn(service, 'duplicate', { countEffects })).toMatchObject({
    kind: 'held',
    bound: expect.stringMatching(/not counted, for the counter says the same of every key/),
  })
})

it('every body has its own key where {key} stands, and every proof has other keys', async () => {
  const service = await serviceWith()
  const prove = () => verdictOn(service, 'duplicate', { body: '{"order":"{key}"}', seed: 1 })
  expect([await prove(), await prove()]).toMatchObject([{ kind: 'held' }, { kind: 'held' }])
  const orders = service.bodies.map((body) => (JSON.parse(body) as { order: string }).order)
  const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
  for (const order of orders) expect(order).toMatch(uuid)
  // Two requests to look around, and one with two retries, in each of two proofs.
  expect(new Set(orders).size).toBe(6)
})

it('the proof tells of header fields their names alone, and of the URL no credentials', async () => {
  const service = await serviceWith()
  const proof = await proveHttp({
    ...quick,
    url: `http://me:secret@127.0.0.1:${service.port}/charges?token=secret`,
    headers: [['Authorization', 'Bearer secret']],
    only: ['duplicate'],
  })
  expect(proof.target).toBe(`http://127.0.0.1:${service.port}/charges`)
  expect(Object.fromEntries(proof.terms)).toMatchObject({ headers: 'Authorization, Content-Type' })
  expect(JSON.stringify(proof)).not.toContain('secret')
})

describe('nothing is sent', () => {
  it('to another machine, unless it is said to be owned', async () => {
    await expect(proveHttp({ url: 'http://192.0.2.1/charges' })).rejects.toMatchObject({
      code: 'target_not_loopback',
    })
  })

  it('where nothing listens', async () => {
    const service = await tinyService()
    await service.close()
    await expect(proveHttp({ url: urlOf(service) })).rejects.toMatchObject({ code: 'target_unreachable' })
  })

  it.each<[string, Partial<HttpProofOptions>]>([
    ['only', { only: ['nothing'] }],
    ['url', { url: 'ftp://localhost/' }],
    ['headers', { headers: [['Content-Length', '3']] }],
    ['headers', { headers: [['X-Split', 'a\r\nb']] }],
    ['headers', { headers: [['idempotency-key', 'mine']] }],
    ['as', { as: [['X-Key', 'mine']], keyHeader: 'x-key' }],
    ['requests', { requests: 0 }],
    ['secondUrl', { secondUrl: 'http://localhost:1/refunds' }],
  ])('with an option that cannot be right: %s', async (option, options) => {
    await expect(proveHttp({ url: 'http://localhost/charges', ...options })).rejects.toMatchObject({
      code: 'option_invalid',
      option,
    })
  })
})

it('a certificate that is not trusted is told as what it is', async () => {
  const certificate = await ownCertificate()
  const service = await serviceWith({ server: (listener) => createSecureServer(certificate, listener) })
  const url = `https://localhost:${service.port}/charges`
  await expect(verdictOn(service, 'duplicate', { url })).rejects.toMatchObject({
    code: 'target_unreachable',
    message: expect.stringMatching(/SELF_SIGNED/),
  })
})
