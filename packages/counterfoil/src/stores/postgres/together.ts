import type { ClaimRequest, FencedAnswer } from '../../core/index.ts'
import { type Asked, answers, askedOf, asking, askRows } from './ask.ts'
import { Blob } from './blob.ts'
import type { Executor, Row } from './executor.ts'
import type { Names } from './names.ts'
import { perNames } from './per-names.ts'
import { toldTo } from './replace.ts'
import { answerAt, type SettleUnchanged, settleRows, settling } from './settle-unchanged.ts'

/** A call that may travel with others. */
export type Passenger =
  | { readonly do: 'claim'; readonly request: ClaimRequest }
  | { readonly do: 'settle'; readonly settle: SettleUnchanged }

/** What became of a claim, and of a settle: `undefined` where that is to be decided on what a reading finds. */
export type Arrival = Asked | FencedAnswer | undefined

/**
 * Claims and settles as one statement, and so one commit for all of them. Each is decided on its own row: a settle by its
 * fence, a claim by whether there was a receipt before the statement began. Where both are about one key the claim finds
 * it as it was before the settle, which is what it would have found a moment earlier.
 */
export async function sendTogether(
  executor: Executor,
  names: Names,
  passengers: readonly Passenger[],
  lockTimeoutMs: number,
  plan: number,
): Promise<Arrival[]> {
  const requests = passengers.flatMap((each) => (each.do === 'claim' ? [each.request] : []))
  const settles = passengers.flatMap((each) => (each.do === 'settle' ? [each.settle] : []))
  const blob = new Blob()
  const [asked, terms] = askRows(requests, blob)
  const settled = settleRows(settles, blob)
  const { rows } = await executor.query(`${togetherText(names)}\n-- plan ${plan}`, [
    asked,
    blob.bytes(),
    String(lockTimeoutMs),
    terms,
    settled,
  ])
  return inOrder(
    passengers,
    askedOf(
      rows.filter(({ told }) => told === null),
      requests,
    ),
    settledOf(rows, settles),
  )
}

function settledOf(rows: readonly Row[], settles: readonly SettleUnchanged[]): (FencedAnswer | undefined)[] {
  const answered: (FencedAnswer | undefined)[] = settles.map(() => undefined)
  for (const row of rows) {
    const n = Number(row.n)
    if (row.told !== null) answered[n] = answerAt(settles[n] as SettleUnchanged, Number(row.at))
  }
  return answered
}

function inOrder(
  passengers: readonly Passenger[],
  claims: readonly Asked[],
  settles: readonly (FencedAnswer | undefined)[],
): Arrival[] {
  let claim = 0
  let settle = 0
  return passengers.map((each) => (each.do === 'claim' ? claims[claim++] : settles[settle++]))
}

const togetherText: (names: Names) => string = perNames(
  (names) => `
WITH ${asking(names)}, ${settling(names, '$5')}
SELECT c.*, NULL AS told FROM (
${answers(names)}
) c
UNION ALL
SELECT d.n::text, d.settled_at::text, NULL, NULL, NULL, NULL, coalesce(${toldTo(names, 'd')}, '') FROM done d`,
)
