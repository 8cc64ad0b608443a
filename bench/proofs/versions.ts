import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { restateFolder } from '../http/peers/restate.ts'

/** `name version` of a package as it is installed; whoever started it would get this one. */
export function installed(name: string): string {
  const from = name.startsWith('@restatedev/') ? restateFolder() : import.meta.dirname
  for (let folder = from; folder !== undefined && folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'node_modules', name, 'package.json')
    if (existsSync(file))
      return `${name} ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`
  }
  throw new Error(`${name} is not installed`)
}
