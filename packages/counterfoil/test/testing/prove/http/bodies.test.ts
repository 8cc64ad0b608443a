import { describe, expect, it } from 'vitest'
import { otherBodies } from '../../../../src/testing/prove/http/other-bodies.ts'
import { reorderedJson } from '../../../../src/testing/prove/http/reordered-json.ts'
import { termsOf } from '../../../../src/testing/prove/http/terms.ts'

const others = (body: string | Uint8Array, conflictBody?: string) =>
  otherBodies(
    termsOf({ url: 'http://localhost', body, ...(conflictBody === undefined ? {} : { conflictBody }) }),
  )
const othersOf = (body: string | Uint8Array, conflictBody?: string): string[] =>
  others(body, conflictBody).map(({ body }) => `${Buffer.from(body)}`)

describe('another request', () => {
  it('is made from JSON by one changed value: numbers first, and those nearest to the top', () => {
    expect(othersOf('{"to":"x","lines":[{"count":2}],"amount":5,"test":true}')).toEqual([
      '{"to":"x","lines":[{"count":2}],"amount":6,"test":true}',
      '{"to":"x","lines":[{"count":3}],"amount":5,"test":true}',
      '{"to":"x","lines":[{"count":2}],"amount":5,"test":false}',
      '{"to":"xx","lines":[{"count":2}],"amount":5,"test":true}',
    ])
  })

  it('differs in what lies deepest too, where there is more than is tried', () => {
    const flat = '"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1'
    const places = others(`{${flat},"lines":[{"count":2}],"to":"x"}`).map(({ differsIn }) => differsIn)
    expect(places).toHaveLength(6)
    expect(places.at(-1)).toBe('the member /lines/0/count')
  })

  it('keeps what stands for the key, for that is no other request', () => {
    expect(othersOf('{"order":"{key}"}')).toEqual([])
  })

  it.each(['1e300', '9007199254740992', '-1e300'])('has another number than %s', (number) => {
    const [other] = othersOf(`{"amount":${number}}`)
    expect(JSON.parse(other ?? '')).not.toEqual({ amount: Number(number) })
  })

  it('is made from a form', () => {
    expect(othersOf('amount=9&to=x')[0]).toBe('amount=10&to=x')
  })

  it('is the given one, where there is one', () => {
    expect(othersOf('{"amount":5}', '{"amount":7}')).toEqual(['{"amount":7}'])
  })

  it('is not made from bytes or from nothing', () => {
    expect(othersOf(new Uint8Array([0xff, 0xfe]))).toEqual([])
    expect(othersOf('')).toEqual([])
  })
})

describe('JSON in another order', () => {
  const reordered = (text: string): string | undefined => {
    const body = reorderedJson(new TextEncoder().encode(text))
    return body && `${Buffer.from(body)}`
  }

  it('has the same members with their values as they are spelt', () => {
    const text = '{"a": 1.0, "b": [1e400, {"c": ","}], "d": "\\"}{"}'
    expect(reordered(text)).toBe('{ "d": "\\"}{" , "b": [1e400, {"c": ","}] , "a": 1.0 }')
    expect(JSON.parse(reordered(text) ?? '')).toEqual(JSON.parse(text))
  })

  it.each(['', '[1,2]', '{"a":1}', '{"a":1,"a":2}', '{"a":1,"b":2', 'a=1&b=2'])(
    'is not made from %s',
    (text) => {
      expect(reordered(text)).toBeUndefined()
    },
  )
})
