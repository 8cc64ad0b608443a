import type { ProofProgress } from 'counterfoil/testing'
import type { Io } from '../io.ts'
import { progressOn } from '../terminal/progress.ts'
import { countText } from '../terminal/size.ts'
import { fitted } from '../terminal/width.ts'

/** At a terminal one line that tells each round; in a log a line for each scenario, so that it is seen to go on. */
export function roundProgress({ stderr }: Io): {
  readonly tell: (started: ProofProgress) => void
  readonly clear: () => Promise<void>
} {
  const line = progressOn(stderr)
  let told = 0
  const inLog = ({ scenario, at, of }: ProofProgress): void => {
    if (at !== told) void stderr.write(`${at} of ${of}: ${scenario.id}\n`)
    told = at
  }
  const rewritten = ({ scenario, at, of, round, rounds, sent }: ProofProgress): void => {
    const text = `${at} of ${of}: ${scenario.id}, round ${round} of ${rounds}, ${countText(sent)} sent`
    void line.say(fitted(text, (stderr.columns ?? 80) - 1))
  }
  return { tell: stderr.isTTY ? rewritten : inLog, clear: line.clear }
}
