import { type ContenderName, contenders, titleOf } from './contenders.ts'
import { fetchRestate, restateFolder } from './http/peers/restate.ts'
import type { ServerName } from './servers/start.ts'

/** Whom of these there is not to be measured, and why. @param fetch get what isn't there */
export async function absentContenders(
  names: readonly ContenderName[],
  missing: ReadonlyMap<ServerName, string>,
  fetch: boolean,
): Promise<ReadonlyMap<ContenderName, string>> {
  const absent = new Map<ContenderName, string>()
  for (const name of names) {
    const { on } = contenders[name]
    const why = on === undefined ? undefined : missing.get(on)
    if (why !== undefined) absent.set(name, why)
  }
  if (!names.includes('restate') || restateFolder() !== undefined) return absent
  if (fetch) await fetchRestate()
  else absent.set('restate', 'not there; --fetch installs it from npm into the cache folder (220 MB)')
  return absent
}

export function absentText(absent: ReadonlyMap<ContenderName, string>): string {
  return [...absent].map(([name, why]) => `left out: ${titleOf(name)}: ${why}`).join('\n')
}
