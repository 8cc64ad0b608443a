import {
  decodeKeptRequest,
  decodeOutcome,
  type InProgress,
  MAX_PAGE,
  OptionInvalid,
  stricter,
} from '../core/index.ts'
import type { Preparation } from './call.ts'
import type { Work } from './caller.ts'
import type { Engine } from './engine.ts'
import { finishedAs, runHandler } from './handler.ts'
import type { KeptRequests } from './kept-requests.ts'
import type { Latency } from './latency.ts'
import type { Pursuits } from './pursuits.ts'
import { canRecover, type Settings } from './settings.ts'

/** What `recoverAbandoned` did with the receipts that it found. */
export interface RecoveryReport {
  /** Settled or released: at an end, or free for the next request. */
  readonly ended: number
  /** Still held: nobody could say, or the store would not answer; tried again after a back-off. */
  readonly held: number
  /** Somebody else was at it. */
  readonly skipped: number
}

/** Receipts recovered at a time. */
const AT_ONCE = 8
/** Receipts that are held in memory at a time, where each may have a whole request with it. */
const WITH_REQUESTS = 100

interface Recovering {
  readonly operation: string
  readonly settings: Settings
  readonly keptRequests: KeptRequests | undefined
  readonly preparation: Preparation
  readonly pursuits: Pursuits
  readonly latency: Latency
}

export async function recoverAbandoned(engine: Engine, recovering: Recovering): Promise<RecoveryReport> {
  const { operation, settings, keptRequests } = recovering
  if (!canRecover({ ...settings, keepRequest: settings.rerun })) {
    throw new OptionInvalid(
      'recover',
      `'${operation}' has neither recover nor, under a guarantee that re-runs, keepRequest, so that nothing can be done for its abandoned receipts`,
    )
  }
  const report = { ended: 0, held: 0, skipped: 0 }
  const of = keptRequests?.names ? { keptBy: operation } : { operation }
  const limit = settings.rerun ? WITH_REQUESTS : MAX_PAGE
  for (let more = true; more && !engine.closing; ) {
    const found = await engine.store.findAbandoned({ of, forMs: settings.recoverAfterMs, limit })
    const endedBefore = report.ended
    await recoverAll(engine, recovering, found, report)
    // What is held may be found again, and again: only an end makes room for others.
    more = found.length === limit && report.ended > endedBefore
  }
  return report
}

async function recoverAll(
  engine: Engine,
  recovering: Recovering,
  found: readonly InProgress[],
  report: Record<keyof RecoveryReport, number>,
): Promise<void> {
  const queue = found.values()
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (const receipt of queue) {
      if (engine.closing) return
      const became = await recoverOne(recovering, receipt)
      report[became] += 1
    }
  })
  await Promise.all(workers)
}

async function recoverOne(recovering: Recovering, receipt: InProgress): Promise<keyof RecoveryReport> {
  const { settings, preparation, pursuits, latency } = recovering
  if (pursuits.has(receipt.id)) return 'skipped'
  const reruns = stricter(receipt.policies, settings.policies).onAbandoned === 'rerun'
  if (settings.recover === undefined && !reruns) return 'held'
  const call = preparation.prepareRecovery(receipt)
  const work = rerunOf(recovering, receipt)
  if (settings.recover === undefined && work === undefined) return 'held'
  try {
    const joining = { call, work, intent: 'recover', signal: undefined } as const
    const conclusion = await pursuits.join(joining, settings, latency)
    if (conclusion.kind === 'ran' && conclusion.standing === 'unsettled') return 'held'
    return conclusion.kind === 'nothing_to_recover' ? 'skipped' : 'ended'
  } catch {
    return 'held' // each reason is an event already
  }
}

/** The kept request, run again; `undefined` where the operation or the receipt keeps none, or nobody here can run it again. */
function rerunOf({ settings, keptRequests }: Recovering, { request }: InProgress): Work | undefined {
  const { rerun, codec } = settings
  if (rerun === undefined || request === null) return undefined
  const faced = decodeKeptRequest(request)
  if (faced) return keptRequests?.rerun(faced.request)
  return async (attempt) => {
    const ended = await runHandler(() => {
      const kept = decodeOutcome(request)
      return rerun(kept.kind === 'value' ? codec.decode(kept.value) : undefined, attempt)
    }, attempt)
    return finishedAs(ended, attempt, settings)
  }
}
