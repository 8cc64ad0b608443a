import { describe, expect, it } from 'vitest'
import { ContractViolation, type HttpCase, httpContract } from '../../src/testing/index.ts'
import { type Fault, naiveService } from './naive-service.ts'

/** What each fault is found by. */
const found: Readonly<Record<Fault, string>> = {
  'runs every retry again': 'replay-json',
  'joins field lines': 'replay-repeated-fields',
  'lower-cases field names': 'replay-odd-spelling',
  'takes a body for text': 'replay-every-byte',
  'keeps cookies': 'not-kept-set-cookie',
  'marks the first answer': 'replay-201',
  'marks no replay': 'replay-201',
  'has one tenant': 'tenants-apart',
  'compares no requests': 'different-value',
  'compares doubles': 'different-big-numbers',
  'tells what is stored in a conflict': 'different-value',
  'gives a conflict no media type': 'different-value',
  'takes quotes for a part of the key': 'key-quoted-and-bare',
  'claims after the handler': 'many-at-once',
  'ends with its caller': 'left-answer',
  'keeps refusals that ran nothing': 'released-429',
  'runs waiters one after the other': 'many-refused-at-once',
  'looks at OPTIONS': 'untouched-options',
}

describe.each(Object.entries(found) as [Fault, string][])('a service that %s', (fault, id) => {
  it(`is found by ${id}`, async () => {
    await expect(caseOf(id).run(naiveService(fault))).rejects.toThrow(ContractViolation)
  })

  it(`passes ${id} without that fault`, () => caseOf(id).run(naiveService()))
})

describe('a declared difference', () => {
  const declared = (seen: string) => ({
    ...naiveService('lower-cases field names'),
    differs: { 'replay-odd-spelling': { why: 'it cannot', seen } },
  })

  it('that is there is no violation', () =>
    caseOf('replay-odd-spelling').run(declared('the field lines as the handler wrote them')))

  it('that is not there is one', async () => {
    const { differs } = declared('')
    await expect(caseOf('replay-odd-spelling').run({ ...naiveService(), differs })).rejects.toThrow(
      'it does as all others, though it is declared to differ: it cannot',
    )
  })

  it('does not hide another failure', async () => {
    await expect(caseOf('replay-odd-spelling').run(declared('the bytes of the retry'))).rejects.toThrow(
      'it differs otherwise than declared',
    )
  })
})

function caseOf(id: string): HttpCase {
  const one = httpContract().find((one) => one.id === id)
  if (one === undefined) throw new Error(`no case ${id}`)
  return one
}
