import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from './run-command.ts'

/** How a service is killed and started by its owner's own commands. */
export interface ServiceCommands {
  /** Those that there is a command for, as the proofs take them. */
  readonly functions: { readonly kill?: () => Promise<void>; readonly restart?: () => Promise<void> }
  /** Starts what was killed and not started again; says so where that fails. */
  leaveRunning(): Promise<void>
}

export interface ServiceCommandFlags {
  readonly killCmd?: string
  readonly restartCmd?: string
}

const LOOK_EVERY_MS = 50
/** Behind a supervisor or a proxy somebody always accepts: then nobody can tell from here when it died. */
const DEAD_WITHIN_MS = 2000
const COMMAND_WITHIN_MS = 60_000

export function serviceCommands(
  { killCmd, restartCmd }: ServiceCommandFlags,
  target: URL,
  say: (line: string) => void,
): ServiceCommands {
  let killed = false
  const kill = async (command: string): Promise<void> => {
    killed = true
    await runCommand('--kill-cmd', command, { withinMs: COMMAND_WITHIN_MS, say })
    await untilAccepts(target, false, AbortSignal.timeout(DEAD_WITHIN_MS))
  }
  const restart = async (command: string): Promise<void> => {
    const ended = new AbortController()
    const until = untilBack(target, killed, ended.signal)
    try {
      await runCommand('--restart-cmd', command, { withinMs: COMMAND_WITHIN_MS, until, say })
      killed = false
    } finally {
      ended.abort()
    }
  }
  return {
    functions: {
      ...(killCmd === undefined ? {} : { kill: () => kill(killCmd) }),
      ...(restartCmd === undefined ? {} : { restart: () => restart(restartCmd) }),
    },
    leaveRunning: async () => {
      if (!killed || restartCmd === undefined) return
      await restart(restartCmd).catch(({ message }: Error) =>
        say(`counterfoil: what was killed could not be started again: ${message} Start it by hand.`),
      )
    },
  }
}

/**
 * A command that stays in the foreground has done its work once somebody listens. Where somebody does before, it is given
 * the time to fail after a kill; and without one it is seen to stop and to start.
 */
async function untilBack(target: URL, killed: boolean, signal: AbortSignal): Promise<void> {
  if (await accepts(target)) {
    if (killed) return sleep(DEAD_WITHIN_MS, undefined, { signal }).catch(() => {})
    await untilAccepts(target, false, signal)
  }
  await untilAccepts(target, true, signal)
}

async function untilAccepts(target: URL, wanted: boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await accepts(target)) !== wanted) await sleep(LOOK_EVERY_MS)
}

async function accepts({ hostname, port, protocol }: URL): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = connect({ host, port: Number(port || (protocol === 'https:' ? 443 : 80)) })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
