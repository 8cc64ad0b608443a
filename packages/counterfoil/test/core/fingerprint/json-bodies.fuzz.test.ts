import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../src/core/fingerprint/canonical-json.ts'
import { fingerprintHttp } from '../../../src/core/fingerprint/index.ts'
import { change } from './json-change.ts'
import { anyJson, type Json, sameValue } from './json-model.ts'
import { chooser, spell } from './json-spelling.ts'
import { runs } from './runs.ts'

const seed = fc.integer()

function digest(text: string): string {
  const body = new TextEncoder().encode(text)
  return fingerprintHttp({ method: 'POST', target: '/', contentType: 'application/json', body }).digest
}

function judge(one: Json, other: Json, oneSeed: number, otherSeed: number): 'same' | 'different' {
  const oneText = spell(one, chooser(oneSeed))
  const otherText = spell(other, chooser(otherSeed))
  const verdict = sameValue(one, other) ? 'same' : 'different'
  const found = digest(oneText) === digest(otherText) ? 'same' : 'different'
  if (found !== verdict) throw new Error(`${found}, but ${verdict} in value:\n${oneText}\n${otherText}`)
  return verdict
}

describe('JSON bodies', () => {
  test('that differ only in spelling share a fingerprint', () => {
    const property = fc.property(anyJson, seed, seed, (json, one, other) => {
      expect(judge(json, json, one, other)).toBe('same')
    })
    fc.assert(property, { numRuns: runs(3000) })
  })

  test('that differ in value never share a fingerprint', () => {
    const verdicts = { same: 0, different: 0 }
    const numRuns = runs(3000)
    const property = fc.property(anyJson, seed, seed, seed, (json, by, one, other) => {
      verdicts[judge(json, change(json, chooser(by)), one, other)]++
    })
    fc.assert(property, { numRuns })
    expect(verdicts.different).toBeGreaterThan(numRuns * 0.7)
  })

  test('made one without the other are told apart as their values are', () => {
    const property = fc.property(anyJson, anyJson, seed, seed, (one, other, oneSeed, otherSeed) => {
      judge(one, other, oneSeed, otherSeed)
    })
    fc.assert(property, { numRuns: runs(2000) })
  })

  test('have a canonical text that is its own canonical text', () => {
    const property = fc.property(anyJson, seed, (json, by) => {
      const text = canonicalJson(spell(json, chooser(by)))
      expect(text).toBeTypeOf('string')
      expect(canonicalJson(text as string)).toBe(text)
      expect(text?.isWellFormed()).toBe(true)
    })
    fc.assert(property, { numRuns: runs(2000) })
  })
})
