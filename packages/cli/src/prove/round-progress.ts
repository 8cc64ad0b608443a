import type { Io } from '../io.ts'
import { progressOn } from '../terminal/progress.ts'
import { countText } from '../terminal/size.ts'
import { fitted } from '../terminal/width.ts'

export interface RoundStarted {
  readonly scenario: { readonly id: string }
  /** Which scenario of how many, from 1. */
  readonly at: number
  readonly of: number
  /** Which round of how many, from 1. */
  readonly round: number
  readonly rounds: number
  readonly sent: number
}

/** At a terminal one line that tells each round; in a log a line for each scenario, so that it is seen to go on. */
export function roundProgress({ stderr }: Io): {
  readonly tell: (started: RoundStarted) => void
  readonly clear: () => Promise<void>
} {
  const line = progressOn(stderr)
  let told = 0
  const inLog = ({ scenario, at, of }: RoundStarted): void => {
    if (at !== told) void stderr.write(`${at} of ${of}: ${scenario.id}\n`)
    told = at
  }
  const rewritten = ({ scenario, at, of, round, rounds, sent }: RoundStarted): void => {
    const text = `${at} of ${of}: ${scenario.id}, round ${round} of ${rounds}, ${countText(sent)} sent`
    void line.say(fitted(text, (stderr.columns ?? 80) - 1))
  }
  return { tell: stderr.isTTY ? rewritten : inLog, clear: line.clear }
}
