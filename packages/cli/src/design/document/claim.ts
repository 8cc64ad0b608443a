import type { StoreKind } from '../answers/answers.ts'
import { claimTable } from './claim-table.ts'
import type { Design, Section } from './design.ts'
import { fenced, page, table } from './markdown.ts'

export function claimSection({ answers, decision, store }: Design): Section {
  const { kind } = answers.store
  return {
    title: 'The atomic claim',
    text: page(
      'A check followed by a write is a race, however short the gap. So the claim is one step: it decides and writes, or answers why not, and nobody comes in between.',
      fenced('text', PSEUDOCODE),
      'What it answers, found by asking the decision itself under the policies of this operation:',
      table(
        ['what is stored', 'a request comes', 'the claim answers'],
        claimTable(decision).map(({ stored, comes, answers: answer }) => [stored, comes, answer]),
      ),
      atomic[kind],
      fenced(kind === 'postgres' || kind === 'sqlite' ? 'sql' : kind === 'redis' ? 'lua' : 'js', store.claim),
      decision.guarantee === 'transactional'
        ? 'It runs on the connection of the effect, after BEGIN. Until COMMIT the row is seen by nobody, and whoever claims the same key waits for it; after COMMIT they read the outcome, and after ROLLBACK nothing was there.'
        : 'Settling, renewing and giving back are conditional on the fence (id, incarnation, attempt, token): whoever lost the claim cannot write, and learns so.',
    ),
  }
}

const PSEUDOCODE = `claim(tenant, operation, key, request):
  id = sha256(tenant, operation, key)
  atomically, by the store's clock:
    receipt = the one stored under id
    answer  = decideClaim(receipt, request, now)        the table below
    if answer is claimed:
      store the receipt: in progress, attempt n, a new token, the lease's end
  return answer

run(claim):
  while the handler runs: renew the lease, if the fence is still ours
  settle the outcome, if the fence is still ours        before any caller has it
  answer with what was settled`

const atomic: Readonly<Record<StoreKind, string>> = {
  postgres:
    'In PostgreSQL it is one INSERT, decided by the primary key: of two at once the second waits for the first row’s commit, and then reads it. Taking over an abandoned or released receipt is one UPDATE, on the revision that was read.',
  sqlite:
    'In SQLite it is one transaction that no other writer shares: BEGIN IMMEDIATE takes the lock before the row is read, so that what was read is still so when it is written.',
  redis:
    'In Redis it is one script: the server runs nothing else meanwhile. Taking over an abandoned or released receipt is a second script, which writes if the bytes are still those that were read.',
  memory: 'In memory there is no await between the decision and the write.',
}
