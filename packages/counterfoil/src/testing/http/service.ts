import { randomUUID } from 'node:crypto'
import { Scene } from './scene.ts'
import type { Script } from './script.ts'
import type { Sent } from './sent.ts'
import type { HttpServiceUnderTest, HttpTerms, RunningHttpService } from './service-under-test.ts'
import { Stage } from './stage.ts'
import { Wire } from './wire.ts'

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
      await running.close()
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
