import { randomUUID } from 'node:crypto'
import { Scene } from './scene.ts'
import type { Script } from './script.ts'
import type { HttpServiceUnderTest, HttpTerms } from './service-under-test.ts'
import { Stage } from './stage.ts'
import { Wire } from './wire.ts'

/** The running service, as a case has it. */
export class Service {
  readonly #stage: Stage
  readonly #port: number
  readonly #wires: Wire[] = []

  private constructor(port: number, stage: Stage) {
    this.#port = port
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
    const service = new Service(running.port, stage)
    try {
      await check(service)
    } finally {
      stage.openAll()
      for (const wire of service.#wires) wire.leave()
      await running.close()
    }
  }

  scene(script: Partial<Script> = {}): Scene {
    return new Scene(this.#stage, () => this.#connect(), randomUUID(), script)
  }

  async #connect(): Promise<Wire> {
    const wire = await Wire.open(this.#port)
    this.#wires.push(wire)
    return wire
  }
}
