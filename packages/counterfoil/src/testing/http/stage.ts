import { PATIENCE_MS } from '../byte-reader.ts'
import { ContractViolation } from '../violation.ts'
import type { WireLines } from '../wire.ts'
import { decodedScript, piecesOf, type Script } from './script.ts'

/** One run of the handler: what it is to answer. */
export interface Turn {
  readonly script: Script
  /** How often the handler has run in this scene, with this time. */
  readonly run: number
  readonly pieces: readonly Uint8Array<ArrayBuffer>[]
  /** Resolves when the suite lets the handler go on. */
  readonly opened: Promise<void>
}

/** Counts what handlers do, and holds them where a case wants to look at them. Each handler calls `enter` first. */
export class Stage {
  readonly #scenes = new Map<string, Scene>()

  /**
   * The effect: counts one run, and waits where the script says so.
   *
   * @param field the value of the request's `X-Script` field
   * @param body the request's body, as the handler got it
   * @param lines the request's field lines, of a handler behind a proxy
   */
  async enter(field: string | undefined, body: Uint8Array, lines: WireLines = []): Promise<Turn> {
    if (field === undefined) throw new Error('a request of the suite has an X-Script field')
    const script = decodedScript(field)
    const scene = this.#scene(script.scene)
    scene.runs += 1
    const { runs: run, gate } = scene
    for (const wake of scene.waiting.splice(0)) wake()
    if (script.waits === 'before_head') await gate.promise
    return { script, run, pieces: piecesOf(script, run, { body, lines }), opened: gate.promise }
  }

  runs(scene: string): number {
    return this.#scene(scene).runs
  }

  /** Lets all handlers of the scene go on, now and from now on. */
  open(scene: string): void {
    this.#scene(scene).gate.resolve()
  }

  /** Resolves when the handler has run this often. */
  async entered(name: string, times: number): Promise<void> {
    const scene = this.#scene(name)
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => late.reject(new ContractViolation(`the handler ran ${scene.runs} times, and not ${times}`)),
      PATIENCE_MS,
    )
    try {
      while (scene.runs < times) {
        await Promise.race([new Promise<void>((wake) => scene.waiting.push(wake)), late.promise])
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** For the end of a case, whatever came of it. */
  openAll(): void {
    for (const { gate } of this.#scenes.values()) gate.resolve()
  }

  #scene(name: string): Scene {
    const known = this.#scenes.get(name) ?? { runs: 0, gate: Promise.withResolvers<void>(), waiting: [] }
    this.#scenes.set(name, known)
    return known
  }
}

interface Scene {
  runs: number
  readonly gate: PromiseWithResolvers<void>
  readonly waiting: (() => void)[]
}
