import { Unmeasured } from './finding.ts'
import type { Round } from './round.ts'

/**
 * Kills the service where it can be killed, and starts it again; resolves when it accepts connections.
 *
 * @throws {Unmeasured} where one of the two failed, or the service isn't back in time
 */
export async function outage({ terms, ground }: Round): Promise<void> {
  await done('kill the service', terms.kill)
  await done('start the service again', terms.restart)
  await ground.untilReachable()
}

async function done(what: string, command: (() => Promise<void>) | undefined): Promise<void> {
  try {
    await command?.()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Unmeasured(`What should ${what} failed: ${why}`)
  }
}
