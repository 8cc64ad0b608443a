import { type Member, sortMembers } from './member-order.ts'
import { OpenContainer } from './open-container.ts'

export class OpenObject extends OpenContainer {
  readonly closer = 0x7d
  readonly #members: Member[] = []
  #ascending = true
  // The member at hand.
  #name = ''
  #nameSpelling: string | undefined = undefined
  #start = 0
  #nameEnd = 0
  #valueAt = 0

  /** `spelling` is `undefined` where the name stands in the text in canonical form. */
  beginName(start: number, end: number, spelling: string | undefined): void {
    const name =
      spelling === undefined ? this.text.slice(start + 1, end - 1) : (JSON.parse(spelling) as string)
    if (name < this.#name) this.#ascending = false
    this.#name = name
    this.#nameSpelling = spelling
    this.#start = start
    this.#nameEnd = end
    if (this.ignore !== undefined) this.ignored = this.ignore.members.get(name)
  }

  beginValue(at: number): void {
    this.#valueAt = at
  }

  override spelling(): string | undefined {
    if (this.#ascending && this.asWritten) return undefined
    if (!this.#ascending) sortMembers(this.#members)
    let text = ''
    for (const member of this.#members) text += text === '' ? member.text : `,${member.text}`
    return `{${text}}`
  }

  protected override keep(end: number, spelling: string | undefined): void {
    this.#members.push({ name: this.#name, text: this.#memberText(end, spelling) })
  }

  #memberText(end: number, spelling: string | undefined): string {
    // Most members are cut out whole: name, colon and value.
    if (spelling === undefined && this.#nameSpelling === undefined && this.#valueAt === this.#nameEnd + 1) {
      return this.text.slice(this.#start, end)
    }
    this.asWritten = false
    const name = this.#nameSpelling ?? this.text.slice(this.#start, this.#nameEnd)
    return `${name}:${spelling ?? this.text.slice(this.#valueAt, end)}`
  }
}
