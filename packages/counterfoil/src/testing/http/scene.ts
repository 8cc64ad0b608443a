import type { Wire, WireResponse } from '../wire.ts'
import { piecesOf, type Script, scriptWith } from './script.ts'
import { requestBytes, type Sent } from './sent.ts'
import type { Stage } from './stage.ts'

export type Connect = (to: Sent['to']) => Promise<Wire>

/** One request and its retries, and what becomes of the handler. */
export class Scene {
  readonly key: string
  readonly script: Script
  readonly #stage: Stage
  readonly #connect: Connect

  constructor(stage: Stage, connect: Connect, name: string, given: Partial<Script>) {
    this.#stage = stage
    this.#connect = connect
    this.key = `key-${name}`
    this.script = scriptWith(name, given)
  }

  /** On a connection of its own, which is closed after the answer. */
  async ask(sent: Sent = {}): Promise<WireResponse> {
    const wire = await this.begin(sent)
    const response = await wire.response(sent.method)
    wire.leave()
    return response
  }

  /** Sends it and doesn't wait for the answer. */
  async begin(sent: Sent = {}): Promise<Wire> {
    const wire = await this.#connect(sent.to)
    wire.write(this.bytes(sent))
    return wire
  }

  bytes(sent: Sent = {}): Buffer {
    return requestBytes(this.script, this.key, sent)
  }

  connect(): Promise<Wire> {
    return this.#connect('front')
  }

  /** Resolves when the handler has run this often. */
  entered(times = 1): Promise<void> {
    return this.#stage.entered(this.script.scene, times)
  }

  /** Resolves when a later request was answered: by then the service has read what was sent before, or seen it close. */
  async arrived(): Promise<void> {
    const wire = await this.#connect('front')
    const later = scriptWith(`${this.script.scene} later`, {})
    wire.write(requestBytes(later, this.key, { method: 'GET', key: null, body: null }))
    await wire.response('GET')
    wire.leave()
  }

  open(): void {
    this.#stage.open(this.script.scene)
  }

  get runs(): number {
    return this.#stage.runs(this.script.scene)
  }

  /** The body that the handler makes in its first run. */
  get body(): Buffer {
    return Buffer.concat(piecesOf(this.script, 1, { body: new Uint8Array(), lines: [] }))
  }
}
