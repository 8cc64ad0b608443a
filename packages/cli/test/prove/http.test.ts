import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Proof } from 'counterfoil/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { assertFollowsSchema } from './proof-schema.ts'
import { type Ended, type Endpoint, endpoint, prove, startProof } from './world.ts'

/** Small enough for a test, and still a storm. */
const small = ['--requests', '24', '--processes', '2', '--rounds', '2', '--lease', '2s']
const two = ['--only', 'duplicate,concurrent']

function asked({ url, countUrl }: Endpoint): readonly string[] {
  return ['--url', url, '--body', '{"amount":1}', '--count-url', countUrl, '--count-pointer', '/n']
}

function proofOf(target: Endpoint, ...flags: readonly string[]): Promise<Ended> {
  return prove([...asked(target), ...small, ...two, ...flags])
}

describe('of an endpoint that holds, counterfoil prove http', () => {
  let target: Endpoint
  let ended: Ended
  beforeAll(async () => {
    target = await endpoint('right')
    ended = await proofOf(target, '--header', 'X-Account: acme', '--header', 'X-Two: a: b')
  })
  afterAll(() => target.close())

  it('exits with 0, and says on stdout that it holds', () => {
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('✓ held: 2 held') })
  })

  it('says first how much it sends where, and then where it is', () => {
    expect(ended.err).toMatch(
      /^Sends at most \d+ requests, retries left out, to http:\/\/127\.0\.0\.1:\d+\/charges\.\n/,
    )
    expect(ended.err).toContain('2 of 2: concurrent')
  })

  it('sends the fields that it was given', () => {
    expect(target.seen.at(-1)).toMatchObject({ 'x-account': 'acme', 'x-two': 'a: b' })
    expect(target.seen.at(-1)).toMatchObject({ 'content-type': 'application/json' })
  })
})

it('--except plays all others, and one reason for all of them is told once', async () => {
  const target = await endpoint('right')
  onTestFinished(() => target.close())
  const flags = ['--url', target.url, '--body', '{"amount":1}', '--count-cmd', 'exit 3 # {key}', ...small]
  const ended = await prove([...flags, '--except', 'late-retry,crash'])
  expect(ended).toMatchObject({ code: 3, out: expect.stringMatching(/None of the 18 scenarios was played/) })
  expect(ended.out.split('--count-cmd ended with 3').length).toBe(2)
})

describe('of one that looks first and charges then, counterfoil prove http', () => {
  const names = ['report.html', 'report.json', 'report.md', 'report.xml']
  const secrets = ['--header', 'Authorization: Bearer hunter2', '--kill-cmd', 'PASSWORD=hunter2 kill']
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-prove-'))
  const report = join(folder, 'out/deep')
  let target: Endpoint
  let ended: Ended
  beforeAll(async () => {
    target = await endpoint('wrong')
    ended = await proofOf(target, '--seed', '7', '--json', '--report', report, ...secrets)
  })
  afterAll(() => {
    target.close()
    rmSync(folder, { recursive: true })
  })
  const written = () => names.map((name) => readFileSync(join(report, name), 'utf8'))

  it('exits with 1', () => {
    expect(ended.code).toBe(1)
  })

  it('prints with --json the JSON alone on stdout, as its schema has it, and the verdict on stderr', () => {
    const proof = JSON.parse(ended.out) as Proof
    assertFollowsSchema(proof)
    expect(proof.seed).toBe(7)
    expect(ended.err).toMatch(/^✗ broken: \d broken/m)
  })

  it('shows two requests that both ran, and how many effects there were', () => {
    const { scenarios } = JSON.parse(ended.out) as Proof
    const found = scenarios.find(({ id }) => id === 'concurrent')
    expect(found?.verdict).toMatchObject({
      kind: 'broken',
      evidence: [{ says: expect.stringContaining('201') }, { says: expect.stringContaining('201') }],
    })
    expect(found?.effects).toMatchObject({ seen: [{ keys: 1 }] })
    expect(found?.effects.kind === 'counted' && found.effects.seen[0]?.effects).toBeGreaterThan(1)
  })

  it('writes with --report the four reports, and makes their folder', () => {
    expect(readdirSync(report).toSorted()).toEqual(names)
    for (const text of written()) expect(text).toContain('concurrent')
    assertFollowsSchema(JSON.parse(written()[1] ?? ''))
  })

  it('tells no secret that it was given', () => {
    const texts = [...written(), ended.out, ended.err]
    expect(texts.filter((text) => text.includes('hunter2'))).toEqual([])
  })
})

it('exits with 3 where something asked for could not be shown, and says what shows it', async () => {
  const target = await endpoint('right')
  onTestFinished(target.close)
  const { code, out } = await proofOf(target, '--only', 'duplicate,reordered', '--body', 'text')
  expect(code).toBe(3)
  expect(out).toMatch(/\? not shown {2}reordered\n(.*\n)*?.*JSON.*--body/)
})

describe('what it refuses before anything is sent', () => {
  it.each<[code: number, flags: readonly string[], says: RegExp]>([
    [2, ['--url', 'ftp://x'], /--url can't be 'ftp:\/\/x': give a URL/],
    [2, ['--url', 'http://user:hunter2@127.0.0.1/'], /--url must hold no user and no password/],
    [2, ['--body', '@nowhere.json'], /--body can't read nowhere.json \(ENOENT\)/],
    [2, ['--header', 'hunter2'], /--header must be a field's name and its value/],
    [2, ['--requests', 'many'], /--requests can't be 'many': give a whole number/],
    [2, ['--requests', '0'], /--requests can't be used as it stands: give a whole number from/],
    [2, ['--lease', '30'], /--lease can't be '30': give a time with its unit/],
    [2, ['--stagger', 'some'], /--stagger can't be 'some': give the least and the most/],
    [2, ['--stagger', '9..1ms'], /--stagger can't be used as it stands/],
    [2, ['--except', 'luck'], /--except can't be 'luck': give one or more of: .*concurrent/],
    [
      2,
      ['--only', 'luck'],
      /--only can't be used as it stands: there is no scenario 'luck'; give one or more of: .*concurrent/,
    ],
    [2, ['--count-sql', 'SELECT {key}'], /--count-sql needs --db/],
    [
      2,
      ['--count-url', 'http://x/{key}', '--count-cmd', 'echo {key}'],
      /option '--count-url <url>' cannot be used with/,
    ],
    [69, ['--report', 'package.json/out'], /--report package.json\/out can't be written to \(ENOTDIR\)/],
  ])('%i %j', async (code, flags, says) => {
    const target = await endpoint('right')
    onTestFinished(target.close)
    const ended = await prove(['--url', target.url, ...flags])
    expect(ended).toMatchObject({ code, out: '' })
    expect(ended.err).toMatch(new RegExp(`^counterfoil: ${says.source}.*\\n$`))
    expect(ended.err).not.toContain('hunter2')
    expect(target.requests()).toBe(0)
  })

  it('a target on another machine, unless it is owned', async () => {
    const ended = await prove(['--url', 'http://192.0.2.1/charges'])
    expect(ended).toMatchObject({ code: 2, out: '' })
    expect(ended.err).toMatch(/\ncounterfoil: 192\.0\.2\.1 is not a loopback address.*--i-own-this/)
  })

  it('a target that is down', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    const { port } = server.address() as AddressInfo
    await new Promise((done) => server.close(done))
    const ended = await prove(['--url', `http://127.0.0.1:${port}/charges`])
    expect(ended).toMatchObject({ code: 69, out: '' })
    expect(ended.err).toMatch(/\ncounterfoil: Nothing can be reached at 127\.0\.0\.1:\d+/)
  })
})

it('follows no redirect', async () => {
  const elsewhere = await endpoint('right')
  onTestFinished(elsewhere.close)
  const server = createServer((_, response) => response.writeHead(307, { location: elsewhere.url }).end())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.closeAllConnections())
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  await prove(['--url', `http://127.0.0.1:${port}/charges`, '--body', '{}', ...small, ...two])
  expect(elsewhere.requests()).toBe(0)
})

it('ends in order when it is interrupted: reports what was shown until then, and exits with 130', async () => {
  const target = await endpoint('right')
  onTestFinished(target.close)
  const long = ['--rounds', '100000', '--requests', '4', '--processes', '1', ...two, '--json']
  const proof = startProof([...asked(target), ...long])
  await proof.said('2 of 2: concurrent')
  proof.interrupt()
  const { code, out, err } = await proof.ended
  expect(code).toBe(130)
  expect(err).toContain('stopping')
  const { scenarios } = JSON.parse(out) as Proof
  expect(scenarios.map(({ id, verdict }) => `${id}: ${verdict.kind}`)).toEqual([
    'duplicate: held',
    'concurrent: not_shown',
  ])
})
