import { expect, it } from 'vitest'
import { OptionInvalid } from '../../src/core/index.ts'
import { Loan } from '../../src/engine/loan.ts'

class Client {
  static readonly kind = 'client'
  readonly #sent: string[] = []
  query(text: string): number {
    return this.#sent.push(text)
  }
}

it('is the thing itself until it ends, its private members and its class too', () => {
  const client = new Client()
  const lent = new Loan().of(client)
  expect(lent).toBeInstanceOf(Client)
  expect((lent.constructor as typeof Client).kind).toBe('client')
  const { query } = lent
  expect([lent.query('a'), query('b'), client.query('c')]).toEqual([1, 2, 3])
})

it('is called as the thing itself is, with its members', () => {
  const sql = Object.assign((text: string) => `sql ${text}`, { unsafe: (text: string) => `unsafe ${text}` })
  const lent = new Loan().of(sql)
  expect([lent('a'), lent.unsafe('b')]).toEqual(['sql a', 'unsafe b'])
})

it('gives members that nobody may change as they are, and leaves what is no object alone', () => {
  const frozen = Object.freeze({ query: () => 1 })
  expect(new Loan().of(frozen).query()).toBe(1)
  expect(new Loan().of(undefined)).toBe(undefined)
})

it('refuses every use once it has ended, of a method taken from it before too', async () => {
  const loan = new Loan()
  const [client, sql] = [loan.of(new Client()), loan.of((text: string) => text)]
  const { query } = client
  loan.end()
  for (const use of [() => client.query('a'), () => query('a'), () => sql('a')]) {
    expect(use).toThrow(OptionInvalid)
  }
  // Whatever resolves a promise with it asks for this one.
  expect(await Promise.resolve(client)).toBe(client)
})
