import { closes } from './contract/close.ts'
import { doubt } from './contract/doubt.ts'
import { hostileKeys } from './contract/hostile-keys.ts'
import { lists } from './contract/lists.ts'
import { lostAnswers } from './contract/lost-answers.ts'
import { outcomesComeBack } from './contract/outcomes.ts'
import { randomHistories } from './contract/random-histories.ts'
import { steps } from './contract/steps.ts'
import { storms } from './contract/storms.ts'
import { sweepRaces } from './contract/sweep-races.ts'
import { decisionTables } from './contract/tables.ts'
import { watches } from './contract/watch.ts'
import { zombies } from './contract/zombies.ts'
import type { ContractCase } from './contract-case.ts'
import { type ContractCounts, quickCounts } from './contract-counts.ts'

/**
 * Everything that a receipt store must do, as cases for any test runner. A case rejects with a `ContractViolation`
 * that says what was expected and what was seen.
 *
 * @example
 * for (const { topic, name, needs, run } of storeContract()) {
 *   test(`${topic}: ${name}`, { skip: needs === 'processes' }, async () => {
 *     const path = join(await mkdtemp(join(tmpdir(), 'my-store-')), 'receipts')
 *     await run({ open: async () => myStore(path) })
 *   })
 * }
 */
export function storeContract(counts: ContractCounts = quickCounts): readonly ContractCase[] {
  return [
    ...decisionTables,
    ...lostAnswers,
    ...zombies,
    ...doubt,
    ...steps,
    ...lists,
    ...outcomesComeBack,
    ...hostileKeys,
    ...watches,
    ...closes,
    ...randomHistories(counts),
    ...sweepRaces(counts),
    ...storms(counts),
  ]
}
