import type { Names } from './names.ts'

/** A statement's text is made once for each set of tables: drivers tell prepared statements by their text. */
export function perNames(make: (names: Names) => string): (names: Names) => string {
  const made = new WeakMap<Names, string>()
  return (names) => {
    const known = made.get(names)
    if (known !== undefined) return known
    const text = make(names)
    made.set(names, text)
    return text
  }
}
