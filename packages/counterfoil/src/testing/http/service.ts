import { randomUUID } from 'node:crypto'
import { ContractViolation } from '../violation.ts'
import { Wire } from '../wire.ts'
import { Scene } from './scene.ts'
import type { Script } from './script.ts'
import type { Sent } from './sent.ts'
import type { HttpServiceUnderTest, HttpTerms, RunningHttpService } from './service-under-test.ts'
import { Stage } from './stage.ts'

const CLOSES_WITHIN_MS = 15_000

/** A handler that never ends would hold the service up, and with it the verdict. */
async function closed(running: RunningHttpService): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const why = `the service was not closed within ${CLOSES_WITHIN_MS} ms: does every handler end its response?`
    late.reject(new ContractViolation(why))
  }, CLOSES_WITHIN_MS)
  try {
    await Promise.race([running.close(), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** The running service, as a case has it. */
export class Service {
  readonly #stage: Stage
  readonly #running: RunningHttpService
  readonly #wires: Wire[] = []

  private constructor(running: RunningHttpService, stage: Stage) {
    this.#running = running
    this.#stage = stage
  }

  /** Ends what a case has left open, whatever came of it. */
  static async use(
    subject: HttpServiceUnderTest,
    terms: HttpTerms,
    check: (service: Service) => Promise<void>,
  ): Promise<void> {
    const stage = new Stage()
    const running = await subject.start(terms, stage)
    const service = new Service(running, stage)
    try {
      await check(service)
    } finally {
      stage.openAll()
      for (const wire of service.#wires) wire.leave()
      await closed(running)
    }
  }

  scene(script: Partial<Script> = {}): Scene {
    return new Scene(this.#stage, (to) => this.#connect(to), randomUUID(), script)
  }

  async #connect(to: Sent['to'] = 'front'): Promise<Wire> {
    const { port, behind = port } = this.#running
    const wire = await Wire.open(to === 'front' ? port : behind)
    this.#wires.push(wire)
    return wire
  }
}
