import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

/** How often a progress line is written where it can't be rewritten. */
const PLAIN_EVERY_MS = 1_000
const INDENT = '   '

/** Lines for a reader; on a terminal with colours (not under NO_COLOR) and a progress line that rewrites itself. */
export class Screen {
  readonly #out: NodeJS.WriteStream
  #progress = false
  #saidAt = 0

  constructor(out: NodeJS.WriteStream) {
    this.#out = out
  }

  line(text: string, style?: Style): void {
    this.#clear()
    this.#saidAt = performance.now()
    this.#out.write(`${this.#styled(text, style)}\n`)
  }

  /** Below a headline. */
  step(text: string, style?: Style): void {
    this.line(`${INDENT}${text}`, style)
  }

  /** How far it is. */
  progress(text: string): void {
    if (this.#out.isTTY) {
      this.#clear()
      this.#out.write(this.#styled(`${INDENT}${text}`.slice(0, (this.#out.columns || 80) - 1), 'dim'))
      this.#progress = true
    } else if (performance.now() - this.#saidAt >= PLAIN_EVERY_MS) {
      this.step(text)
    }
  }

  #clear(): void {
    if (this.#progress) this.#out.write('\r\u001b[2K')
    this.#progress = false
  }

  #styled(text: string, style: Style | undefined): string {
    return style === undefined ? text : styleText(style, text, { stream: this.#out })
  }
}
