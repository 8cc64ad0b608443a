import { KeyInvalid, type ReceiptStore, receiptId, type ScopedKey, ScopeInvalid } from '../../core/index.ts'
import type { ContractCase } from '../contract-case.ts'
import { bytesOf, firstFence, OPERATION, requestWith, retryOf, TENANT } from '../requests.ts'
import { ContractViolation, expectSame, expectThat } from '../violation.ts'
import { lockstepCase } from './case-of.ts'

/** Keys that a careless store takes for one another, or for something else. */
const keys: readonly string[] = [
  ...['Key-A', 'key-a', 'KEY-A', 'key-a ', ' key-a', 'key-a  ', 'key_a', 'key%a', 'key?a', 'key*a', 'key\\a'],
  ...['caf\u00e9', 'cafe\u0301', 'cafe', 'CAF\u00c9', 'stra\u00dfe', 'strasse', '\u0131', 'i', 'I', '\u0130'],
  ...[
    '\u212b',
    '\u00c5',
    'A\u030a',
    '\ufb01',
    'fi',
    '\u00a0',
    ' ',
    '\u3000',
    '\u200b',
    '\ufeff',
    '\ufeffa',
    'a',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'null',
    'undefined',
    'NaN',
    'true',
  ],
  ...[
    "' OR 1=1 --",
    '"; DROP TABLE receipts; --',
    '$1',
    '?',
    ':key',
    '{}',
    '#{key}',
    '%s',
    '%00',
    '\\0',
    '\\u0000',
  ],
  ...[
    '0',
    '00',
    '0.0',
    '-0',
    '1e3',
    '1000',
    '0x10',
    '16',
    '../../etc/passwd',
    'a/b',
    'a//b',
    'a:b',
    'a|b',
    'a,b',
  ],
  ...['💳', '👩‍👩‍👧', '👩', '\u{10ffff}', '\uffff', '\ufffd', 'العربية', '日本語', '\u202ekey', 'key\u0301'],
  'x'.repeat(255),
  `${'x'.repeat(254)}y`,
  'é'.repeat(127),
  `${'é'.repeat(127)}x`,
  '日'.repeat(85),
  `${'💳'.repeat(63)}日`,
]

const scopes: readonly Pick<ScopedKey, 'tenant' | 'operation'>[] = [
  { tenant: 'a', operation: 'bc' },
  { tenant: 'ab', operation: 'c' },
  { tenant: 'abc', operation: ' ' },
  { tenant: 'A', operation: 'bc' },
  { tenant: '__proto__', operation: 'constructor' },
  { tenant: "'; DROP TABLE receipts; --", operation: 'POST /charges?x=1&y=2' },
  { tenant: 'caf\u00e9', operation: 'x'.repeat(1024) },
  { tenant: 'cafe\u0301', operation: 'x'.repeat(1023) },
  { tenant: '💳'.repeat(63), operation: '日本語' },
]

const refusedTexts: Readonly<Record<string, string>> = {
  'no text': '',
  NUL: 'key\u0000',
  'CR and LF': 'key\r\nX-Injected: 1',
  TAB: 'key\t',
  DEL: 'key\u007f',
  NEL: 'key\u0085',
  'half of a surrogate pair': 'key\ud83d',
  'the other half': '\udcb3key',
  '256 bytes, one each': 'x'.repeat(256),
  '256 bytes, two each': 'é'.repeat(128),
  '258 bytes, three each': '日'.repeat(86),
  '256 bytes, four each': '💳'.repeat(64),
}

export const hostileKeys: readonly ContractCase[] = [
  lockstepCase(
    'hostile keys',
    'keys that look alike have receipts of their own, and come back to the byte',
    async (store, [handle]) => {
      const requests = keys.map((key) => requestWith({ key }))
      expectSame('distinct keys', keys.length, new Set(keys).size)
      for (const request of requests) {
        const answer = await store.claim(request)
        expectThat(
          answer.kind === 'claimed' && answer.receipt.attempt === 1,
          `first claim of ${JSON.stringify(request.key)}`,
          answer,
        )
        await store.settle(firstFence(request), {
          as: 'succeeded',
          outcome: bytesOf(`outcome of ${request.key}`),
        })
      }
      for (const request of requests) {
        const replay = await store.claim(retryOf(request))
        expectThat(replay.kind === 'replay', `a replay of ${JSON.stringify(request.key)}`, replay)
        expectSame('the outcome', bytesOf(`outcome of ${request.key}`), replay.receipt.outcome)
        await expectFoundByKey(handle, request.key ?? '')
      }
      await store.list({}, 7)
    },
  ),
  lockstepCase(
    'hostile keys',
    'tenants and operations that look alike are scopes of their own',
    async (store) => {
      const requests = scopes.map((scope) => requestWith({ ...scope, key: 'one key' }))
      for (const request of requests) {
        const answer = await store.claim(request)
        expectThat(answer.kind === 'claimed' && answer.receipt.attempt === 1, 'a first claim', answer)
      }
      for (const { tenant, operation } of scopes) {
        expectSame('of the tenant', 1, (await store.list({ tenant }, 3)).length)
        expectSame(
          'of the operation',
          scopes.filter((scope) => scope.operation === operation).length,
          (await store.list({ operation }, 3)).length,
        )
      }
    },
  ),
  lockstepCase(
    'hostile keys',
    'a key that is not stored in clear is not there to be found',
    async (store) => {
      const request = requestWith({ key: 'a secret' })
      await store.claim({ ...request, key: null })
      expectSame('the key', null, store.known(request.id)?.key)
      expectSame('found by key', 0, (await store.list({ key: 'a secret' }, 10)).length)
      const rival = await store.claim({ ...retryOf(request), key: null })
      expectThat(rival.kind === 'in_progress', 'the same receipt', rival)
    },
  ),
  {
    topic: 'hostile keys',
    name: 'keys, tenants and operations that no store can keep apart are refused before any store is asked',
    needs: null,
    run: async () => {
      for (const [what, text] of Object.entries(refusedTexts)) {
        expectRefused(what, { tenant: TENANT, operation: OPERATION, key: text }, KeyInvalid)
        expectRefused(what, { tenant: text, operation: OPERATION, key: 'key' }, ScopeInvalid)
        // A name of an operation may be longer: it may hold a whole path.
        const operation = Buffer.byteLength(text) > 255 ? text.repeat(5) : text
        expectRefused(what, { tenant: TENANT, operation, key: 'key' }, ScopeInvalid)
      }
    },
  },
]

async function expectFoundByKey(handle: ReceiptStore, key: string): Promise<void> {
  const found = await handle.list({ key }, { limit: 10 })
  expectSame(
    `found by ${JSON.stringify(key)}`,
    [key],
    found.receipts.map((receipt) => receipt.key),
  )
}

function expectRefused(what: string, scoped: ScopedKey, by: typeof KeyInvalid | typeof ScopeInvalid): void {
  try {
    receiptId(scoped)
  } catch (error) {
    if (error instanceof by) return
    throw error
  }
  throw new ContractViolation(`${what} was not refused`)
}
