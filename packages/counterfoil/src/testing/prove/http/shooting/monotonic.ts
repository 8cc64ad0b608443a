/** Milliseconds of the clock that all processes of this machine share, and that no time server sets. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
