import type { Pace } from '../../src/core/index.ts'
import type { Prepare } from './ground.ts'
import { describeCallers } from './promise/callers.ts'
import { describeCommits } from './promise/commits.ts'
import { describeDefinition } from './promise/definition.ts'
import { describeOwnTransaction } from './promise/own-transaction.ts'
import { describeRefusals } from './promise/refusals.ts'
import { describeRollsBack } from './promise/rolls-back.ts'

/** What every store that shares its transactions promises, whatever drives them. */
export function describePromise<Tx, P extends Pace>(name: string, prepare: Prepare<Tx, P>): void {
  describeCommits(name, prepare)
  describeRollsBack(name, prepare)
  describeRefusals(name, prepare)
  describeCallers(name, prepare)
  describeOwnTransaction(name, prepare)
  describeDefinition(name, prepare)
}
