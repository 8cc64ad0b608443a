/** The answers as they were given: by `store.url`, in a list by `effects.0.kind`, counted from 0. */
export class Given {
  readonly #texts: ReadonlyMap<string, string>
  readonly #lines: ReadonlyMap<string, number>
  readonly #file: string | undefined

  /** @param file where they stand, and on which lines; without it they were given at a terminal */
  constructor(
    texts: ReadonlyMap<string, string>,
    lines: ReadonlyMap<string, number>,
    file: string | undefined,
  ) {
    this.#texts = texts
    this.#lines = lines
    this.#file = file
  }

  text(path: string): string | undefined {
    return this.#texts.get(path)
  }

  /** How many items a list has. */
  items(list: string): number {
    const places = [...this.#texts.keys()]
      .map((path) => path.split('.'))
      .filter(([name, place]) => name === list && /^\d+$/.test(place ?? ''))
      .map(([, place]) => Number(place))
    return Math.max(-1, ...places) + 1
  }

  /** For a human: `answers.yaml:12`, or the name of the answer. */
  place(path: string): string {
    const line = this.#lines.get(path) ?? this.#lines.get(path.replace(/\.[^.]+$/, ''))
    return this.#file === undefined || line === undefined ? path : `${this.#file}:${line}`
  }
}

/** What an answer stands under in its own item or group, and, with a dot in it, in any. */
export function soFarIn(
  texts: ReadonlyMap<string, string>,
  within: string,
): (path: string) => string | undefined {
  return (path) => texts.get(path.includes('.') ? path : `${within}.${path}`)
}
