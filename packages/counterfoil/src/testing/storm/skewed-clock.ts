const TrueDate = Date

/** From here on this process's wall clock is wrong by so much, for whoever asks it by `Date`; 0 puts it right. */
export function skewWallClock(ms: number): void {
  globalThis.Date = ms === 0 ? TrueDate : skewedBy(ms)
}

function skewedBy(ms: number): DateConstructor {
  return class extends TrueDate {
    constructor(...given: readonly unknown[]) {
      if (given.length === 0) super(TrueDate.now() + ms)
      else super(...(given as [number]))
    }

    static override now(): number {
      return TrueDate.now() + ms
    }
  } as DateConstructor
}
