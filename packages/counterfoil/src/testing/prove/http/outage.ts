import type { Round } from './round.ts'

/**
 * Kills the service where it can be killed, and starts it again; resolves when it accepts connections.
 *
 * @throws {Unmeasured} where one of the two failed, or the service isn't back in time
 */
export async function outage({ terms, testbed }: Round): Promise<void> {
  await terms.kill?.()
  await terms.restart?.()
  await testbed.untilReachable()
}
