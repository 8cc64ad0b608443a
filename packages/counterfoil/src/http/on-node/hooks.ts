/** An own property for a while. @returns what puts it back as it was */
export function hook(object: object, name: string, by: (...args: never[]) => unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name)
  Object.defineProperty(object, name, { value: by, configurable: true, writable: true, enumerable: true })
  return () => {
    if (before) Object.defineProperty(object, name, before)
    else Reflect.deleteProperty(object, name)
  }
}

/** Reads so for a while, whatever is assigned. @returns what makes the last assignment hold */
export function pretend(object: object, name: string, get: () => unknown): () => void {
  const own = Object.hasOwn(object, name)
  let value: unknown = Reflect.get(object, name)
  const set = (to: unknown): void => {
    value = to
  }
  Object.defineProperty(object, name, { get, set, configurable: true, enumerable: true })
  return () => {
    if (own)
      Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: true })
    else Reflect.deleteProperty(object, name)
  }
}

export function joint(all: readonly (() => void)[]): () => void {
  return () => {
    for (const one of all) one()
  }
}
