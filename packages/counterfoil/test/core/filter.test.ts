import { describe, expect, it } from 'vitest'
import { type ListFilter, matchesFilter } from '../../src/core/index.ts'
import { LEASE, running } from './receipts.ts'

describe('a filter', () => {
  it.each<[ListFilter, boolean]>([
    [{}, true],
    [{ place: 'in_progress' }, true],
    [{ place: 'abandoned' }, false],
    [{ tenant: 'tenant' }, true],
    [{ tenant: 'Tenant' }, false],
    [{ operation: 'operation' }, true],
    [{ operation: '' }, false],
    [{ key: 'key' }, true],
    [{ key: 'key ' }, false],
    [{ olderThanMs: 20 }, true],
    [{ olderThanMs: 21 }, false],
    [{ youngerThanMs: 20 }, true],
    [{ youngerThanMs: 19 }, false],
    [
      {
        place: 'in_progress',
        tenant: 'tenant',
        operation: 'operation',
        key: 'key',
        olderThanMs: 0,
        youngerThanMs: 60,
      },
      true,
    ],
    [{ place: 'in_progress', tenant: 'another' }, false],
  ])('%j, 20 ms after the claim: %s', (filter, matches) => {
    expect(matchesFilter(running(), filter, 20)).toBe(matches)
  })

  it('sees what time has made of a receipt', () => {
    expect(matchesFilter(running(), { place: 'abandoned' }, LEASE)).toBe(true)
  })

  it('finds no key that is not stored in clear', () => {
    expect(matchesFilter(running({ key: null }), { key: 'null' }, 20)).toBe(false)
  })
})
