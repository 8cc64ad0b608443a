import { durationText } from 'counterfoil'
import type { Answers } from '../../answers/answers.ts'
import type { Decision } from '../../decision/decision.ts'
import type { Face } from './faces.ts'

/** The operation's options, a line each. */
export function optionLines(
  { operation }: Answers,
  decision: Decision,
  recover: readonly string[],
  { rerun }: Face,
): string[] {
  const { guarantee, ttl, keyRetention, lease, maxDuration, wait, captureBytes, recovery } = decision
  const time = (name: string, ms: number): string => `${name}: '${durationText(ms)}',`
  const waiting = wait.ms === 0 ? `wait: 'reject',` : time('wait', wait.ms)
  const common = [time('ttl', ttl.ms), time('keyRetention', keyRetention.ms)]
  const size = `maxOutcomeBytes: ${captureBytes.toLocaleString('en-US').replaceAll(',', '_')},`
  if (guarantee === 'transactional') return [...common, waiting, size]
  return [
    `guarantee: '${guarantee}',`,
    ...common,
    time('lease', lease.ms),
    time('maxDuration', maxDuration.ms),
    waiting,
    size,
    ...recover,
    ...(recovery.is === 'rerun' && recovery.unattended
      ? [
          '// And where nobody retries: the request is kept with its receipt, and run again.',
          'keepRequest: {',
          `  rerun: async (kept: ${rerun.type}, attempt) => ${rerun.call},`,
          '},',
        ]
      : []),
    ...('unattended' in recovery && recovery.unattended
      ? [
          '// Once what was abandoned can no longer act.',
          time('recoverAfter', operation.longestMs),
          `recoverEvery: '1m',`,
        ]
      : []),
  ]
}
