/** An object's member on its way into canonical form. */
export interface Member {
  /** Decoded. */
  readonly name: string
  readonly text: string
}

/**
 * Sorts in place, by the names' UTF-16 code units (RFC 8785, section 3.2.3), which is how JavaScript compares text.
 * Members of one name keep their order among themselves: parsers don't agree on which of them counts.
 */
export function sortMembers(members: Member[]): void {
  if (members.length > INSERTION_LIMIT) members.sort(compareMembers)
  else insertionSort(members, memberIsAfter)
}

export function sortNames(names: string[]): void {
  if (names.length > INSERTION_LIMIT) names.sort()
  else insertionSort(names, nameIsAfter)
}

/** Up to here insertion beats `Array.prototype.sort` by far: 2.5 µs less for a body of 700 bytes. */
const INSERTION_LIMIT = 24

function insertionSort<T>(list: T[], isAfter: (one: T, other: T) => boolean): void {
  for (let from = 1; from < list.length; from++) {
    const item = list[from] as T
    let to = from
    for (; to > 0; to--) {
      const before = list[to - 1] as T
      if (!isAfter(before, item)) break
      list[to] = before
    }
    list[to] = item
  }
}

function nameIsAfter(one: string, other: string): boolean {
  return one > other
}

function memberIsAfter(one: Member, other: Member): boolean {
  return one.name > other.name
}

function compareMembers(one: Member, other: Member): number {
  if (one.name === other.name) return 0
  return one.name < other.name ? -1 : 1
}
