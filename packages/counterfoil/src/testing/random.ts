/** Random choices that a seed repeats. */
export interface Random {
  readonly seed: number
  /** A whole number from 0 up to, and without, `below`. */
  int(below: number): number
  pick<T>(choices: readonly T[]): T
  /** Picks by weight: `[[3, 'often'], [1, 'seldom']]`. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T
}

/** The same choices for the same seed, on every platform (mulberry32). Not for secrets. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const draw = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (below: number): number => Math.floor(draw() * below)
  return {
    seed,
    int,
    pick: (choices) => choices[int(choices.length)] as (typeof choices)[number],
    weighted: (choices) => {
      let left = int(choices.reduce((sum, [weight]) => sum + weight, 0))
      for (const [weight, choice] of choices) {
        if (left < weight) return choice
        left -= weight
      }
      throw new RangeError('There is nothing to pick from')
    },
  }
}
