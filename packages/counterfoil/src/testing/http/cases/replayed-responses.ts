import { randomBytes } from 'node:crypto'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { WireLines } from '../../wire.ts'
import { pieces, type Script } from '../script.ts'

const octets: WireLines = [['Content-Type', 'application/octet-stream']]
/** Long enough for a server that compresses. */
export const text: string = 'a charge that is paid once '.repeat(40)
const MIB = 1_048_576

/** What a handler may answer, and every retry must get. */
type Replayed = readonly [id: string, name: string, script: Partial<Script>]

const bodies: readonly Replayed[] = [
  ['no-bytes', 'a body of no bytes', { body: pieces('') }],
  ['one-byte', 'a body of one byte', { body: pieces('x') }],
  [
    'json',
    'JSON',
    { headers: [['Content-Type', 'application/json; charset=utf-8']], body: pieces('{"paid": 5.0}') },
  ],
  [
    'every-byte',
    'every byte there is',
    { headers: octets, body: pieces(Buffer.from([...Array(256).keys()])) },
  ],
  [
    'looks-like-http',
    'a body that looks like another response',
    { body: pieces('0\r\n\r\nHTTP/1.1 500 No\r\n\r\n') },
  ],
  [
    'utf-8',
    'text beyond ASCII',
    { headers: [['Content-Type', 'text/plain; charset=utf-8']], body: pieces('gezahlt: 5 €') },
  ],
  [
    'gzip-of-random',
    'random bytes that say they are gzip',
    { headers: [['Content-Encoding', 'gzip']], body: pieces(randomBytes(300)) },
  ],
  ['gzip', 'a gzip body', { headers: [['Content-Encoding', 'gzip']], body: pieces(gzipSync(text)) }],
  ['br', 'a Brotli body', { headers: [['Content-Encoding', 'br']], body: pieces(brotliCompressSync(text)) }],
  [
    'deflate-in-pieces',
    'a deflate body in pieces',
    { headers: [['Content-Encoding', 'deflate']], body: pieces(...halves(deflateSync(text))), by: 'pieces' },
  ],
  [
    'pieces',
    'pieces of unknown length',
    { headers: octets, body: { of: 'random', sizes: [1, 100, 3000] }, by: 'pieces' },
  ],
  [
    'pieces-of-known-length',
    'pieces of a length that was said',
    { headers: [...octets, ['Content-Length', '30']], body: { of: 'random', sizes: [10, 20] }, by: 'pieces' },
  ],
  [
    'stream',
    'a stream',
    { headers: octets, body: { of: 'random', sizes: [5000, 5000, 5000] }, by: 'stream' },
  ],
  [
    'empty-stream',
    'a stream of nothing',
    { headers: octets, body: { of: 'random', sizes: [] }, by: 'stream' },
  ],
  [
    'file',
    'a file',
    { headers: [['Content-Type', 'text/plain; charset=utf-8']], body: { of: 'file' }, by: 'file' },
  ],
  ['mebibyte', '1 MiB at once', { headers: octets, body: { of: 'random', sizes: [MIB] } }],
  [
    'mebibyte-in-pieces',
    '1 MiB as a stream',
    { headers: octets, body: { of: 'random', sizes: Array(16).fill(MIB / 16) }, by: 'stream' },
  ],
]

const statuses: readonly Replayed[] = [
  ['201', '201 with a Location', { status: 201, headers: [['Location', '/charges/1']] }],
  ['202', '202', { status: 202 }],
  ['204', '204', { status: 204, body: pieces('') }],
  [
    '204-with-fields',
    '204 with fields of its own',
    { status: 204, headers: [['X-Charge', '1']], body: pieces('') },
  ],
  ['206', '206 with a Content-Range', { status: 206, headers: [['Content-Range', 'bytes 0-63/100']] }],
  ['299', 'a status that has no name', { status: 299 }],
  [
    '301',
    'a permanent redirect',
    { status: 301, headers: [['Location', 'https://service.example/charges']] },
  ],
  [
    '303',
    'a redirect to the outcome',
    { status: 303, headers: [['Location', '/charges/1']], body: pieces('') },
  ],
  ['304', '304', { status: 304, headers: [['ETag', '"x"']], body: pieces('') }],
  [
    '307',
    'a redirect that keeps the method',
    { status: 307, headers: [['Location', '/other']], body: pieces('') },
  ],
  ['400', '400', { status: 400 }],
  ['404', '404', { status: 404 }],
  ['409-final', '409 that names no time to retry', { status: 409 }],
  ['410', '410', { status: 410 }],
  [
    '422',
    "422 with the handler's own problem document",
    {
      status: 422,
      headers: [['Content-Type', 'application/problem+json']],
      body: pieces('{"type":"about:blank"}'),
    },
  ],
  ['500', '500, final under at-most-once', { status: 500 }],
  ['503-final', '503 that names no time to retry, under at-most-once', { status: 503 }],
]

const fields: readonly Replayed[] = [
  [
    'many-fields',
    'a hundred fields',
    { headers: Array.from({ length: 100 }, (_, n) => [`X-Field-${n}`, `${n}`]) },
  ],
  ['long-value', 'a field of 4 KiB', { headers: [['X-Long', 'v'.repeat(4096)]] }],
  ['latin1-value', 'a value beyond ASCII', { headers: [['X-Name', 'Ren\u00e9']] }],
  ['empty-value', 'a field with no value', { headers: [['X-Empty', '']] }],
  [
    'cache-fields',
    'fields for caches',
    {
      headers: [
        ['Cache-Control', 'no-store'],
        ['Vary', 'Accept'],
        ['Last-Modified', 'Tue, 01 Jan 2030 00:00:00 GMT'],
      ],
    },
  ],
]

export const replayedResponses: readonly Replayed[] = [...bodies, ...statuses, ...fields]

function halves(bytes: Buffer): readonly [Buffer, Buffer] {
  const half = Math.ceil(bytes.length / 2)
  return [bytes.subarray(0, half), bytes.subarray(half)]
}
