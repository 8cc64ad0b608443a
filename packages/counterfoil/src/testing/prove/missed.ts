/** What so many rounds without a fault leave open: with a probability of 5 % one of this rate stays unseen, about 3 / rounds. */
export function missedBy(rounds: number): string {
  const rate = 1 - 0.05 ** (1 / rounds)
  return `a fault that shows in fewer than ${percentOf(rate)} of rounds could have been missed (95 % confidence).`
}

function percentOf(rate: number): string {
  return `${(rate * 100).toFixed(rate < 0.1 ? 1 : 0)} %`
}
