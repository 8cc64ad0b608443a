import { OpenContainer } from './open-container.ts'

export class OpenArray extends OpenContainer {
  readonly closer = 0x5d
  #elements: string | undefined = undefined
  #index = -1
  #start = 0

  begin(at: number): void {
    this.#index++
    this.#start = at
    if (this.ignore !== undefined) this.ignored = this.ignore.members.get(String(this.#index))
  }

  override spelling(): string | undefined {
    return this.asWritten ? undefined : `[${this.#elements ?? ''}]`
  }

  protected override keep(end: number, spelling: string | undefined): void {
    if (spelling !== undefined) this.asWritten = false
    const element = spelling ?? this.text.slice(this.#start, end)
    // Not an array to be joined: V8 adds to a text without copying it, however deep arrays nest.
    this.#elements = this.#elements === undefined ? element : `${this.#elements},${element}`
  }
}
