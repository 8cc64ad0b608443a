import { expect, it } from 'vitest'
import { answerIn } from './answer.ts'

const sized =
  'HTTP/1.1 201 Created\r\nContent-Length: 4\r\nIdempotent-Replayed: true\r\nConnection: keep-alive\r\n\r\npaid'
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\npa\r\n2\r\nid\r\n0\r\n\r\n'

it.each([
  [sized, { status: 201, replayed: true, body: Buffer.from('paid') }],
  [chunked, { status: 200, replayed: false, body: Buffer.from('paid') }],
])('an answer is one when its last byte is there, and not before', (text, answer) => {
  const bytes = Buffer.from(text)
  expect(answerIn(bytes)).toEqual(answer)
  for (let length = 0; length < bytes.length; length += 1) {
    expect(answerIn(bytes.subarray(0, length)), String(length)).toBeUndefined()
  }
})

it.each([
  ['more than was asked for', `${sized}HTTP/1.1 200 OK`],
  ['more than its chunks', `${chunked}x`],
  ['no length', 'HTTP/1.1 200 OK\r\nx: y\r\n\r\n'],
  ['another protocol', 'SSH-2.0\r\n\r\n'],
])('%s is an error', (_, text) => {
  expect(() => answerIn(Buffer.from(text))).toThrow()
})
