import { type ExecFileOptions, execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Runs a program to its end and returns what it wrote; throws where it fails, with the last line of its complaint. */
export async function run(
  program: string,
  args: readonly string[],
  options: ExecFileOptions,
): Promise<string> {
  try {
    const { stdout } = await execute(program, args, { ...options, encoding: 'utf8' })
    return stdout
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    throw new Error(`${program}: ${stderr?.trim().split('\n').at(-1) || message}`)
  }
}
