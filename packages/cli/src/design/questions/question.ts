/** What an answer is: how it is read from a file, and how it is asked for at a terminal. */
export type AnswerKind =
  | { readonly is: 'choice'; readonly of: Readonly<Record<string, string>> }
  /** `form` says what it must look like, in words; `fits` sees to it. */
  | { readonly is: 'text'; readonly form: string; readonly fits: (text: string) => boolean }
  /** A time with its unit; `or` is the one word that may stand in its place. */
  | { readonly is: 'duration'; readonly or?: string }
  | { readonly is: 'bytes' }
  | { readonly is: 'count' }
  /** A second; may have decimals. */
  | { readonly is: 'rate' }

/** What has been answered so far, by `group.name`; in a list, by the name alone. */
export type SoFar = (path: string) => string | undefined

/** One question of the design. Everything that is said of it is said here once: in the file, at the terminal, in errors. */
export interface Question {
  readonly name: string
  readonly asks: string
  /** Why it matters: what the answer decides. */
  readonly why: string
  readonly kind: AnswerKind
  /** An answer that fits; the file to fill in has it, and the terminal offers it. */
  readonly example: string
  /** Where it is asked; default always. */
  readonly askedWhere?: Condition
}

export interface Condition {
  holds(soFar: SoFar): boolean
  /** For whoever answers it elsewhere: `only where store.url names Redis`. */
  readonly says: string
}

export function isAsked({ askedWhere }: Question, soFar: SoFar): boolean {
  return askedWhere === undefined || askedWhere.holds(soFar)
}

export interface Group {
  readonly name: string
  readonly about: string
  /** A list has an item for each effect, each retrier. */
  readonly shape: 'one' | 'list'
  readonly questions: readonly Question[]
}
