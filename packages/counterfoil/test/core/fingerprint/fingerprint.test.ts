import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  FINGERPRINT_VERSION,
  fingerprintAlgorithms,
  fingerprintBy,
  fingerprintHttp,
  fingerprintValue,
  type HttpRequestSeen,
  ignoredMembers,
  OWN_FINGERPRINT_VERSION,
  UnfingerprintableRequest,
} from '../../../src/core/fingerprint/index.ts'
import { runs } from './runs.ts'

const sha256 = (input: string | Uint8Array) => createHash('sha256').update(input).digest('hex')
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))

function request(change: Partial<HttpRequestSeen> = {}): HttpRequestSeen {
  return {
    method: 'POST',
    target: '/charges',
    contentType: 'application/json',
    body: bytes('{"a":1}'),
    ...change,
  }
}

function digest(change: Partial<HttpRequestSeen> = {}): string {
  return fingerprintHttp(request(change)).digest
}

const json = (text: string, contentType = 'application/json') => digest({ contentType, body: bytes(text) })

function form(boundary: string, ...bodies: string[]): string {
  const parts = bodies.map(
    (body) => `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n${body}\r\n`,
  )
  const contentType = `multipart/form-data; boundary=${boundary}`
  return digest({ contentType, body: bytes(`${parts.join('')}--${boundary}--\r\n`) })
}

describe('version 1, which stored receipts depend on', () => {
  test('of a value', () => {
    expect(fingerprintValue({ b: 1, a: 'é' })).toEqual({
      version: 1,
      digest: sha256('counterfoil fingerprint 1\nt5:valuet15:{"a":"é","b":1}'),
    })
  })

  test('of bytes', () => {
    const expected = sha256(`counterfoil fingerprint 1\nt5:bytesb2:${sha256('ab')}`)
    expect(fingerprintValue(bytes('ab')).digest).toBe(expected)
  })

  test('of an HTTP request with JSON', () => {
    const line = 't4:POSTt8:/charges'
    const expected = sha256(`counterfoil fingerprint 1\nt9:http json${line}n0:t16:application/jsont7:{"a":1}`)
    expect(json(' {"a": 1.0}', 'application/json; charset=UTF-8')).toBe(expected)
  })

  test('of an HTTP request with other bytes', () => {
    const type = 'n1:t10:text/plaint7:charsett5:utf-8'
    const expected = sha256(
      `counterfoil fingerprint 1\nt10:http bytest4:POSTt8:/charges${type}b2:${sha256('ab')}`,
    )
    expect(digest({ contentType: 'text/plain;charset=UTF-8', body: bytes('ab') })).toBe(expected)
    const bare = sha256(`counterfoil fingerprint 1\nt10:http bytest4:POSTt8:/charges-b0:${sha256('')}`)
    expect(digest({ contentType: undefined, body: bytes('') })).toBe(bare)
  })

  test('of an HTTP request with parts', () => {
    const field = 't19:content-dispositiont19:form-data; name="a"'
    const parts = `n2:n1:${field}b1:${sha256('x')}n1:${field}b1:${sha256('y')}`
    const type = 'n0:t19:multipart/form-data'
    const expected = sha256(`counterfoil fingerprint 1\nt14:http multipartt4:POSTt8:/charges${type}${parts}`)
    expect(form('B', 'x', 'y')).toBe(expected)
  })

  test('is the current one, and in the table', () => {
    expect(FINGERPRINT_VERSION).toBe(1)
    const stored = fingerprintAlgorithms.get(1)
    expect(stored?.value({ a: 1 })).toEqual(fingerprintValue({ a: 1 }))
    expect(stored?.http(request())).toEqual(fingerprintHttp(request()))
    expect(fingerprintAlgorithms.get(2)).toBeUndefined()
  })
})

describe('the fingerprint of an HTTP request', () => {
  test('tells apart method, target, media type and body', () => {
    const all = [
      digest(),
      digest({ method: 'PATCH' }),
      digest({ method: 'post' }),
      digest({ target: '/charges?' }),
      digest({ target: '/charges?a=1' }),
      digest({ target: '/Charges' }),
      digest({ contentType: 'text/json' }),
      digest({ contentType: 'text/plain' }),
      digest({ contentType: 'application/json, text/plain' }),
      digest({ contentType: 'application/json; profile=x' }),
      digest({ contentType: 'application/json; charset=utf-16' }),
      digest({ contentType: '' }),
      digest({ contentType: undefined }),
      digest({ body: bytes('{"a":2}') }),
      digest({ body: bytes('') }),
      digest({ method: 'POST/', target: 'charges' }),
    ]
    expect(new Set(all).size).toBe(all.length)
  })

  test('keeps a JSON body apart from the same octets as bytes, and from a value', () => {
    const all = [
      digest(),
      digest({ contentType: 'application/octet-stream' }),
      fingerprintValue({ a: 1 }).digest,
      fingerprintValue('{"a":1}').digest,
      fingerprintValue(bytes('{"a":1}')).digest,
      fingerprintBy('{"a":1}').digest,
      fingerprintBy(bytes('{"a":1}')).digest,
    ]
    expect(new Set(all).size).toBe(all.length)
  })

  test('compares JSON by its value, and the spelling of its media type not at all', () => {
    expect(json('{"b":[1.0],"a":"\\u0061"}', 'Application/JSON; charset=utf-8')).toBe(
      json('{"a":"a", "b":[1]}'),
    )
    const patch = 'application/merge-patch+json'
    expect(json('{"a":1 }', patch)).toBe(json('{"a":1}', patch))
  })

  test.each([
    ['a byte order mark', '\xef\xbb\xbf{"a":1}', '\xef\xbb\xbf{"a":1 }'],
    ['octets that are not UTF-8', '{"a":"\xff"}', '{"a":"\xfe"}'],
    ['half a surrogate pair in octets', '{"a":"\xed\xa0\x80"}', '{"a":"\xed\xa0\x81"}'],
    ['no JSON', '{"a":1,}', '{"a":1, }'],
    ['an absurd exponent', '1e9999999999999999', '1E9999999999999999'],
  ])('compares a body with %s by its bytes', (_case, one, other) => {
    expect(json(one)).toBe(json(one))
    expect(json(one)).not.toBe(json(other))
    expect(json(one)).not.toBe(json('{"a":1}'))
    expect(json(one)).not.toBe(json('{"a":"\xef\xbf\xbd"}'))
  })

  test('compares JSON in another character set by its bytes', () => {
    const latin1 = 'application/json; charset=iso-8859-1'
    expect(json('{"a":1 }', latin1)).not.toBe(json('{"a":1}', latin1))
  })

  test('compares multipart by its parts, not by its boundary', () => {
    expect(form('B', 'x', 'y')).toBe(form('another-1', 'x', 'y'))
    const all = [
      form('B', 'x', 'y'),
      form('B', 'y', 'x'),
      form('B', 'x'),
      form('B', 'xy'),
      form('B', 'x', ''),
      form('B'),
    ]
    expect(new Set(all).size).toBe(all.length)
  })

  test('compares multipart that cannot be taken apart by its bytes', () => {
    const raw = (body: string, contentType = 'multipart/form-data; boundary=B') =>
      digest({ contentType, body: bytes(body) })
    const tail = '--B\r\n\r\nx\r\n--B--'
    expect(raw(`one\r\n${tail}`)).not.toBe(raw(`two\r\n${tail}`))
    expect(raw(tail, 'multipart/form-data')).not.toBe(raw(`${tail}\r\n`, 'multipart/form-data'))
    expect(raw(tail, 'multipart/form-data; boundary=B; boundary=C')).not.toBe(raw(tail))
  })

  test('leaves out the members that are named', () => {
    const ignore = ignoredMembers(['/sentAt'])
    const of = (text: string) => fingerprintHttp(request({ body: bytes(text) }), { ignore }).digest
    expect(of('{"a":1,"sentAt":1}')).toBe(of('{"sentAt":2,"a":1}'))
    expect(of('{"a":1,"sentAt":1}')).toBe(json('{"a":1}'))
    expect(of('{"a":2}')).not.toBe(of('{"a":1}'))
  })

  test('does not exist of a body that was not read', () => {
    expect(() => digest({ body: undefined })).toThrow(UnfingerprintableRequest)
    expect(() => digest({ body: undefined })).toThrow('was not read')
    expect(() => digest({ body: '{}' as unknown as Uint8Array })).toThrow('is not bytes')
  })

  test('keeps ill-formed text apart', () => {
    expect(digest({ target: '/\ud800' })).not.toBe(digest({ target: '/\ud801' }))
    expect(digest({ target: '/\ud800' })).not.toBe(digest({ target: '/\ufffd' }))
  })

  test('exists of any bytes under any type', () => {
    const types = ['application/json', 'multipart/form-data; boundary=B', 'text/plain', ';', undefined]
    const property = fc.property(
      fc.constantFrom(...types),
      fc.uint8Array({ maxLength: 60 }),
      (contentType, body) => {
        expect(digest({ contentType, body })).toMatch(/^[0-9a-f]{64}$/)
      },
    )
    fc.assert(property, { numRuns: runs(3000) })
  })

  test('does not depend on where in memory the body is', () => {
    const memory = bytes('xx{"a":1}yy')
    expect(digest({ body: memory.subarray(2, 9) })).toBe(digest())
  })
})

describe('the fingerprint of a value', () => {
  test('of null is one, of undefined is an error', () => {
    expect(fingerprintValue(null).digest).toMatch(/^[0-9a-f]{64}$/)
    expect(() => fingerprintValue(undefined)).toThrow(UnfingerprintableRequest)
  })

  test('leaves out the members that are named', () => {
    const ignore = ignoredMembers(['/at'])
    expect(fingerprintValue({ a: 1, at: new Date() }, { ignore })).toEqual(fingerprintValue({ a: 1 }))
  })
})

describe("the fingerprint by a user's own function", () => {
  test('has a version of its own, which no table knows', () => {
    expect(fingerprintBy('x').version).toBe(OWN_FINGERPRINT_VERSION)
    expect(fingerprintAlgorithms.has(OWN_FINGERPRINT_VERSION)).toBe(false)
  })

  test('tells answers apart', () => {
    const all = ['', 'x', '\ud800', '\ud801', '"\\ud800"', bytes(''), bytes('x')].map(
      (answer) => fingerprintBy(answer).digest,
    )
    expect(new Set(all).size).toBe(all.length)
  })

  test.each([undefined, null, 7, {}])('is refused of %o', (answer) => {
    expect(() => fingerprintBy(answer as unknown as string)).toThrow(UnfingerprintableRequest)
  })
})
