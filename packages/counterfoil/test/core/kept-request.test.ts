import { describe, expect, it } from 'vitest'
import {
  decodeKeptRequest,
  encodeKeptRequest,
  encodeOutcome,
  type KeptRequest,
} from '../../src/core/index.ts'

const request: KeptRequest = {
  method: 'POST',
  target: '/charges?to=%20x',
  headers: [
    ['Content-Type', 'application/octet-stream'],
    ['X-oDD', ''],
    ['x-odd', 'é: \xff'],
  ],
  body: Uint8Array.from([0, 255, 13, 10, 13, 10, 13, 10]),
}

describe('a kept request', () => {
  it.each([
    ['as it came', request],
    ['with neither fields nor a body', { ...request, headers: [], body: new Uint8Array() }],
  ])('is read again %s', (_what, request) => {
    expect(decodeKeptRequest(encodeKeptRequest('a "gateway"\r\n', request))).toEqual({
      by: 'a "gateway"\r\n',
      request,
    })
  })

  const value = (form: 'json' | 'bytes', text: string) =>
    encodeOutcome({ kind: 'value', value: { form, bytes: Buffer.from(text) } })

  it.each([
    ['a JSON value', value('json', '{}')],
    ['bytes', value('bytes', 'abc')],
    ['no bytes', value('bytes', '')],
    ["somebody's own message", value('bytes', 'POST / HTTP/1.1\nHost: x\n\n')],
    ['an owner that is no text', value('bytes', 'POST / HTTP/1.1\nCounterfoil-Operation: %\n\n')],
    ['another version', Uint8Array.of(99)],
  ])('is told from %s', (_what, bytes) => {
    expect(decodeKeptRequest(bytes)).toBeUndefined()
  })
})
