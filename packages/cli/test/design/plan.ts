import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { run } from '../../src/run.ts'
import { testIo } from '../support/test-io.ts'
import { designText } from './answers.ts'
import { blocksIn, sectionOf } from './blocks.ts'

export const soak: boolean = process.env.COUNTERFOIL_SOAK === '1'

/** Every command of the plan, as a shell understands it: without the program's name. */
export async function commandsOf(
  name: string,
  of: 'http' | 'store',
): Promise<readonly (readonly string[])[]> {
  const blocks = blocksIn(sectionOf(designText(name), '## 9.'), 'sh')
  const split = promisify(execFile)
  const commands = await Promise.all(
    blocks.map(async (block) => {
      const { stdout } = await split('sh', ['-c', `counterfoil() { printf '%s\\0' "$@"; }\n${block}`])
      return stdout.split('\0').slice(0, -1)
    }),
  )
  return commands.filter(([, what]) => what === of)
}

/** The command with other options in place of its own: the last one counts. */
export async function holds(command: readonly string[], instead: readonly string[]): Promise<void> {
  const io = testIo()
  const code = await run([...command, ...instead], io)
  expect(code, `${command.join(' ')}\n${io.out()}${io.err()}`).toBe(0)
}
