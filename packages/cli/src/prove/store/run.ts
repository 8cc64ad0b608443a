import type { Proof, StoreProofOptions } from 'counterfoil/testing'
import type { ExitCode } from '../../exit-codes.ts'
import type { Io } from '../../io.ts'
import { visible } from '../../terminal/visible.ts'
import { interruptible } from '../interrupted.ts'
import { byItsFlag } from '../option-refused.ts'
import { assertReportFolder, reportProof } from '../report-proof.ts'
import { roundProgress } from '../round-progress.ts'
import { runCommand } from '../run-command.ts'
import { serviceCommands } from '../service-commands.ts'
import { flagOf, optionsIn, type ProveStoreFlags } from './flags.ts'
import { serverIn } from './server-in.ts'
import { storeAtUrl } from './store-at-url.ts'

/** Everything that can be wrong with the flags is told before the store is touched. */
export async function proveStoreAt(url: string, flags: ProveStoreFlags, io: Io): Promise<ExitCode> {
  const options = optionsIn(flags)
  if (flags.report !== undefined) await assertReportFolder(flags.report)
  const say = (line: string): void => void io.stderr.write(`${visible(line)}\n`)
  const service = serviceCommands(flags, serverIn(url), say)
  const { failoverCmd } = flags
  const failover = async (command: string): Promise<void> => {
    await runCommand('--failover-cmd', command, { withinMs: FAILS_OVER_WITHIN_MS, say })
  }
  const progress = roundProgress(io)
  try {
    return await interruptible(io, async (signal) => {
      const proof = await proven(url, {
        ...options,
        ...service.functions,
        ...(failoverCmd === undefined ? {} : { failover: () => failover(failoverCmd) }),
        signal,
        onProgress: progress.tell,
      })
      await progress.clear()
      for (const [name, value] of proof.terms) {
        if (name === 'left behind') say(`counterfoil: could not remove ${value}: remove it by hand.`)
      }
      return reportProof({ ...proof, terms: [...proof.terms, ...toldCommands(flags)] }, flags, io)
    })
  } finally {
    await service.leaveRunning()
  }
}

const FAILS_OVER_WITHIN_MS = 60_000

async function proven(url: string, options: StoreProofOptions): Promise<Proof> {
  const { proveStore } = await import('counterfoil/testing')
  try {
    return await proveStore(storeAtUrl(url), options)
  } catch (error) {
    throw byItsFlag(error, flagOf)
  }
}

/** That there were some: what is in them may be a secret. */
function toldCommands({ killCmd, restartCmd, failoverCmd }: ProveStoreFlags): Proof['terms'] {
  const commands = { '--kill-cmd': killCmd, '--restart-cmd': restartCmd, '--failover-cmd': failoverCmd }
  return Object.entries(commands).flatMap(([flag, command]) =>
    command === undefined ? [] : [[flag, 'given']],
  )
}
