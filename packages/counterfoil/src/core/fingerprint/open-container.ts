import type { IgnoredMembers } from './ignored-members.ts'

/** An array or object in a JSON text, of which the end has not been read yet. */
export abstract class OpenContainer {
  abstract readonly closer: number
  readonly outer: OpenContainer | undefined
  /** It stands in the text in canonical form, as far as has been read. */
  asWritten = true
  /** What to leave out of the member at hand. */
  ignored: IgnoredMembers | undefined = undefined
  protected readonly text: string
  protected readonly ignore: IgnoredMembers | undefined

  constructor(text: string, outer: OpenContainer | undefined, ignore: IgnoredMembers | undefined) {
    this.text = text
    this.outer = outer
    this.ignore = ignore
  }

  /** Takes in the member at hand, of which `spelling` is `undefined` where the value stands in canonical form. */
  add(end: number, spelling: string | undefined): void {
    if (this.ignored?.whole) this.asWritten = false
    else this.keep(end, spelling)
  }

  /** The canonical text, or `undefined` where that is what stands in the text. */
  abstract spelling(): string | undefined

  protected abstract keep(end: number, spelling: string | undefined): void
}
