import { expect, it } from 'vitest'
import { withoutSecrets } from '../../src/prove/without-secrets.ts'

it.each([
  ['postgres://user:secret@host:5432/app', 'postgres://host:5432/app'],
  ['postgres://user:sec@secret@host/app', 'postgres://host/app'],
  ['postgres://user:sec/secret@host/app', 'postgres://host/app'],
  ['postgres://user:sec?secret#@host/app?password=secret', 'postgres://host/app'],
  ['redis://:secret@host:6379', 'redis://host:6379'],
  ['http://host/count?key={key}&token=secret', 'http://host/count'],
  ['sqlite:app.db', 'sqlite:app.db'],
])('of %s nothing is told but %s', (url, told) => {
  expect(withoutSecrets(url)).toBe(told)
})
