import { expect, it } from 'vitest'
import { controlled } from '../../../../src/testing/prove/http/service-control.ts'
import { termsOf } from '../../../../src/testing/prove/http/terms.ts'

function service() {
  const done: string[] = []
  const command = (what: string) => async () => void done.push(what)
  const given = { url: 'http://localhost/', kill: command('kill'), restart: command('restart') }
  return { done, ...controlled(termsOf(given)) }
}

it('no proof leaves the service dead', async () => {
  const { done, terms, revive } = service()
  await terms.kill?.()
  await revive()
  expect(done).toEqual(['kill', 'restart'])
})

it('a service that lives is left alone', async () => {
  const { done, terms, revive } = service()
  await revive()
  await terms.kill?.()
  await terms.restart?.()
  await revive()
  expect(done).toEqual(['kill', 'restart'])
})

it('a command that fails shows nothing about the service', async () => {
  const kill = () => Promise.reject(new Error('no such process'))
  const { terms } = controlled(termsOf({ url: 'http://localhost/', kill }))
  await expect(terms.kill?.()).rejects.toMatchObject({
    name: 'Unmeasured',
    message: 'The service could not be killed: no such process',
  })
})

it('what was shown is not lost where the service cannot be started again', async () => {
  const fails = () => Promise.reject(new Error('no such file'))
  const given = { url: 'http://localhost/', kill: async () => {}, restart: fails }
  const { terms, revive } = controlled(termsOf(given))
  await terms.kill?.()
  expect(await revive()).toBe('no such file')
  expect(await revive()).toBeUndefined()
})
