/** From when a member came until it leaves. */
interface Stay<T> {
  readonly member: T
  before: Stay<T> | undefined
  after: Stay<T> | undefined
}

/**
 * A set for members that come and go by the thousand. A `Set` would keep those who have left alive until V8's next full
 * collection: each of its tables, once replaced, still holds who was in it and points to the next table. Per request of
 * the gateway that was 12 KiB instead of 1, and scavenges of 13 ms instead of 3 (`node --trace-gc`).
 */
export class Passing<T extends object> {
  #last: Stay<T> | undefined

  get empty(): boolean {
    return this.#last === undefined
  }

  /** @returns lets it leave, once */
  enter(member: T): () => void {
    const stay: Stay<T> = { member, before: this.#last, after: undefined }
    if (this.#last !== undefined) this.#last.after = stay
    this.#last = stay
    let here = true
    return () => {
      if (here) this.#close(stay)
      here = false
    }
  }

  /** Who is there now, in no order that counts. */
  now(): T[] {
    const members: T[] = []
    for (let at = this.#last; at !== undefined; at = at.before) members.push(at.member)
    return members
  }

  #close(stay: Stay<T>): void {
    const { before, after } = stay
    if (before !== undefined) before.after = after
    if (after !== undefined) after.before = before
    else this.#last = before
    // Or it would keep its neighbours as a table does.
    stay.before = undefined
    stay.after = undefined
  }
}
