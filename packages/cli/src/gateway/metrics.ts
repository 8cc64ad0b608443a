import type { ReceiptEvent } from 'counterfoil'

/** Counts, in Prometheus' text format (exposition format 0.0.4). No label holds anything of a request. */
export class Metrics {
  readonly #events = new Map<string, number>()
  readonly #responses = new Map<string, number>()
  #underWay = 0

  readonly event = ({ type }: ReceiptEvent): void => add(this.#events, type)

  began(): void {
    this.#underWay += 1
  }

  ended(status: number | null): void {
    this.#underWay -= 1
    add(this.#responses, status === null ? 'none' : String(status))
  }

  text(): string {
    return [
      ...counter('counterfoil_receipt_events_total', 'What became of receipts.', 'type', this.#events),
      ...counter(
        'counterfoil_responses_total',
        'Answers by status; none: the caller left.',
        'status',
        this.#responses,
      ),
      '# HELP counterfoil_requests_under_way Requests that are being answered.',
      '# TYPE counterfoil_requests_under_way gauge',
      `counterfoil_requests_under_way ${this.#underWay}`,
      '',
    ].join('\n')
  }
}

function add(to: Map<string, number>, name: string): void {
  to.set(name, (to.get(name) ?? 0) + 1)
}

function counter(name: string, help: string, label: string, counts: ReadonlyMap<string, number>): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} counter`,
    ...[...counts].sort().map(([value, count]) => `${name}{${label}="${value}"} ${count}`),
  ]
}
