import { ContractViolation } from '../violation.ts'
import { Service } from './service.ts'
import type { HttpFeature, HttpServiceUnderTest, HttpTerms } from './service-under-test.ts'

export const httpTopics = [
  'replay',
  'not kept',
  'verdicts',
  'failures',
  'keys',
  'fingerprint',
  'concurrent',
  'disconnects',
  'limits',
  'passing through',
  'tenants',
  'draft',
  'hop',
] as const

export type HttpTopic = (typeof httpTopics)[number]

/** One thing that an idempotent service must do over HTTP. It throws a `ContractViolation` where it does otherwise. */
export interface HttpCase {
  readonly topic: HttpTopic
  /** Stays, whatever becomes of the name. */
  readonly id: string
  /** A sentence about behaviour. */
  readonly name: string
  /** Run it only where the service has that. */
  readonly needs: HttpFeature | null
  /** Starts a service of its own. A difference that was declared must be there. */
  run(subject: HttpServiceUnderTest): Promise<void>
}

/** Where a case says nothing else. */
export const usualTerms: HttpTerms = {
  guarantee: 'at-most-once',
  requireKey: false,
  wait: '10s',
  ttl: '1h',
  tenants: 'by_field',
  mayReplay: 'anyone',
  maxRequestBytes: 2_097_152,
  maxOutcomeBytes: 1_048_576,
  maxReceipts: 1000,
}

export interface HttpCaseOptions {
  readonly terms?: Partial<HttpTerms>
  readonly needs?: HttpFeature
}

export function httpCase(
  topic: HttpTopic,
  id: string,
  name: string,
  check: (service: Service) => Promise<void>,
  { terms, needs }: HttpCaseOptions = {},
): HttpCase {
  return {
    topic,
    id,
    name,
    needs: needs ?? null,
    async run(subject) {
      const seen = await violationOf(() => Service.use(subject, { ...usualTerms, ...terms }, check))
      judge(id, seen, subject)
    },
  }
}

function judge(id: string, seen: ContractViolation | undefined, { differs }: HttpServiceUnderTest): void {
  const declared = Object.hasOwn(differs, id) ? differs[id] : undefined
  if (declared === undefined) {
    if (seen) throw seen
  } else if (!seen) {
    throw new ContractViolation(`it does as all others, though it is declared to differ: ${declared.why}`)
  } else if (!seen.message.includes(declared.seen)) {
    throw new ContractViolation(`it differs otherwise than declared (${declared.seen}): ${seen.message}`)
  }
}

async function violationOf(check: () => Promise<void>): Promise<ContractViolation | undefined> {
  try {
    await check()
    return undefined
  } catch (error) {
    if (error instanceof ContractViolation) return error
    throw error
  }
}
