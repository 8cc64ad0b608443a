import { readFileSync } from 'node:fs'
import { CommandError } from '../../command-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { type GatewayFlags, overlaid } from '../flags.ts'
import { type Config, type ConfiguredRoute, loadConfig } from './load.ts'

/** The flags with their defaults, and of them those that stood on the command line. */
export interface GivenFlags {
  readonly all: GatewayFlags
  readonly own: Partial<GatewayFlags>
}

/** The defaults, the file's top level over them, and the command line over both. @throws {CommandError} */
export function configured({ all, own }: GivenFlags): {
  readonly flags: GatewayFlags
  readonly routes: readonly ConfiguredRoute[]
} {
  const { settings, routes } = all.config === undefined ? { settings: {}, routes: [] } : fileAt(all.config)
  const flags = overlaid(overlaid(all, settings), own)
  if (flags.upstream === undefined)
    throw new CommandError(
      exitCodes.usage,
      'give --upstream, such as http://127.0.0.1:3000, or upstream in --config.',
    )
  return { flags, routes }
}

function fileAt(path: string): Config {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(exitCodes.usage, `--config can't be read: ${(error as Error).message}.`)
  }
  return loadConfig(text, path)
}
