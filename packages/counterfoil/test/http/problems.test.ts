import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ReceiptsClosed, StillInProgress } from '../../src/core/index.ts'
import { problemKinds, problemLines, problemOf } from '../../src/http/problem.ts'

const pages = join(import.meta.dirname, '../../../../docs/problems')

it('has a page for each problem, and no other', () => {
  const named = readdirSync(pages).map((page) => page.replace(/\.md$/, ''))
  const ofTheGateway = /^(upstream-.*|tenant-missing|target-invalid|coding-unsupported)$/
  const names = problemKinds.map(({ name }) => name)
  expect(named.filter((name) => !ofTheGateway.test(name)).sort()).toEqual(names.toSorted())
})

it.each(problemKinds)('the page of $name has its title and its status', ({ name, status, title }) => {
  const page = readFileSync(join(pages, `${name}.md`), 'utf8')
  expect(page.startsWith(`# ${title}\n\nStatus ${status}; retry: `), page).toBe(true)
})

it('says when to retry in whole seconds, rounded up, and only where waiting helps', () => {
  const inProgress = problemOf(new StillInProgress('charge', 'wait_ended', 1200))
  expect(problemLines(inProgress, 3)).toContainEqual(['Retry-After', '2'])
  expect(problemLines(problemOf(new ReceiptsClosed()), 3).map(([name]) => name)).not.toContain('Retry-After')
})

it("tells nothing of the application's own errors", () => {
  const problem = problemOf(Object.assign(new Error('password=1234'), { code: 'key_conflict' }))
  expect(problem).toMatchObject({ status: 500, name: 'internal-error' })
  expect(JSON.stringify(problem)).not.toContain('1234')
})
