import { httpContract } from 'counterfoil/testing'
import { expect, it } from 'vitest'
import { gateways } from './gateways.ts'

it('declares no difference for a case that is none', () => {
  const ids = httpContract().map(({ id }) => id)
  const declared = gateways.flatMap(([, { differs }]) => Object.keys(differs))
  expect(declared.filter((id) => !ids.includes(id))).toEqual([])
})

const cases = gateways.flatMap(([which, subject]) =>
  httpContract()
    .filter(({ needs }) => needs === null || subject.has.includes(needs))
    .map(({ topic, id, name, run }) => ({ which, topic, id, name, run: () => run(subject) })),
)

it.each(cases)('over $which, $topic: $name ($id)', ({ run }) => run())
