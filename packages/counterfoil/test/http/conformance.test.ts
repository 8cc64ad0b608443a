import { expect, it } from 'vitest'
import { httpContract } from '../../src/testing/index.ts'
import { faces } from './faces.ts'

const ids = httpContract().map(({ id }) => id)

it('names each case once, and declares no difference for a case that is none', () => {
  expect(ids).toEqual([...new Set(ids)])
  const declared = faces.flatMap(([, { differs }]) => Object.keys(differs))
  expect(declared.filter((id) => !ids.includes(id))).toEqual([])
})

const cases = faces.flatMap(([face, subject]) =>
  httpContract()
    .filter(({ needs }) => needs === null || subject.has.includes(needs))
    .map(({ topic, id, name, run }) => ({ face, topic, id, name, run: () => run(subject) })),
)

it.each(cases)('over $face, $topic: $name ($id)', ({ run }) => run())
