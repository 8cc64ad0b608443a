import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))

/** @throws {RangeError} where what `npm run build` has left is not of this source, so that nobody measures an old one */
export function assertBuilt(): void {
  for (const name of ['counterfoil', 'cli']) {
    if (newest(join(packages, name, 'src')) > newest(join(packages, name, 'dist')))
      throw new RangeError(`packages/${name}/dist is older than its source: npm run build, or --source`)
  }
}

function newest(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return Math.max(
    0,
    ...entries
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  )
}
