import { type HttpProofPlan, planHttp, proveHttp } from 'counterfoil/testing'
import { CommandError } from '../../command-error.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import type { Io } from '../../io.ts'
import { counted } from '../../terminal/size.ts'
import { visible } from '../../terminal/visible.ts'
import { openCounter } from '../counters/open-counter.ts'
import { interruptible } from '../interrupted.ts'
import { byItsFlag } from '../option-refused.ts'
import { assertReportFolder, reportProof } from '../report-proof.ts'
import { roundProgress } from '../round-progress.ts'
import { serviceCommands } from '../service-commands.ts'
import { flagOf, optionsIn, type ProveHttpFlags } from './flags.ts'
import { toldFlags } from './told-flags.ts'

/** Everything that can be wrong with the flags is told before the first request leaves. */
export async function proveHttpEndpoint(flags: ProveHttpFlags, io: Io): Promise<ExitCode> {
  const given = optionsIn(flags)
  if (flags.report !== undefined) await assertReportFolder(flags.report)
  const say = (line: string): void => void io.stderr.write(`${visible(line)}\n`)
  const counter = await openCounter(flags, say)
  const service = serviceCommands(flags, given.url, say)
  const progress = roundProgress(io)
  try {
    const counting = counter === undefined ? {} : { countEffects: counter.count }
    const options = { ...given, ...service.functions, ...counting, onProgress: progress.tell }
    return await interruptible(io, async (signal) => {
      const proof = await byTheirFlags(async () => {
        await io.stderr.write(`${planText(planHttp(options), given.url)}\n`)
        return proveHttp({ ...options, signal })
      })
      await progress.clear()
      return reportProof({ ...proof, terms: [...proof.terms, ...toldFlags(flags)] }, flags, io)
    })
  } finally {
    await service.leaveRunning()
    await counter?.close()
  }
}

/** Said before the first one leaves: whoever sees another target than he meant has the time to stop it. */
function planText({ requests, scenarios }: HttpProofPlan, { origin, pathname }: URL): string {
  const lacking = scenarios.filter(({ missing }) => missing !== null).map(({ id }) => id)
  const less = lacking.length === 0 ? '' : ` Not played without more options: ${lacking.join(', ')}.`
  return `Sends at most ${counted(requests, 'request')}, retries left out, to ${visible(origin + pathname)}.${less}`
}

async function byTheirFlags<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw asCommandError(error)
  }
}

function asCommandError(error: unknown): unknown {
  const { code, message } = error as { code?: string; message: string }
  if (code === 'target_unreachable') return new CommandError(exitCodes.unavailable, message, { cause: error })
  if (code === 'target_not_loopback') return new CommandError(exitCodes.usage, message, { cause: error })
  return byItsFlag(error, flagOf)
}
