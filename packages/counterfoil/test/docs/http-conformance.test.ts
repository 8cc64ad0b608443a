import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { httpConformancePage } from '../../../../test-support/http-conformance-page.ts'

it('the page with the table says what the suite and the services declare', () => {
  const page = new URL('../../../../docs/http-conformance.md', import.meta.url)
  expect(readFileSync(page, 'utf8')).toBe(httpConformancePage())
})
