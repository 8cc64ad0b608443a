/** How often a property is tried: whole in `npm run soak`, a named smaller count in `npm test`. */
export function runs(inTest: number): number {
  return process.env.COUNTERFOIL_SOAK === '1' ? 100_000 : inTest
}
