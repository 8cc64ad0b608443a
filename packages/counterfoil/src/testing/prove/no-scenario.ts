/** For whoever mistyped one of many. */
export function noScenario(unknown: string | undefined): string {
  return unknown === undefined ? '' : `there is no scenario '${unknown}'; `
}
