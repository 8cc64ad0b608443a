import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../../..')

/** Every page that is there to be read, but for the listings in `api/`. */
const pages = execFileSync('git', ['ls-files', '*.md', ':!api'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')

it.each(pages)('%s links to nothing that is not there', (page) => {
  const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
  const missing = links
    .map(([, target]) => target as string)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => !existsSync(join(root, dirname(page), target)))
  expect(missing).toEqual([])
})
