import { fetchNginx, nginxBinary } from './peers/nginx.ts'
import { fetchRestate, restateFolder } from './peers/restate.ts'
import type { ServerName } from './servers.ts'

/** Those that this repository doesn't bring, each with how to get it. */
const peers: readonly { name: ServerName; isThere(): boolean; fetch(): Promise<void>; how: string }[] = [
  {
    name: 'nginx',
    isThere: () => nginxBinary() !== undefined,
    fetch: fetchNginx,
    how: "not on the PATH or in /usr/sbin; install it, or let --fetch unpack Debian's package into the cache folder",
  },
  {
    name: 'restate',
    isThere: () => restateFolder() !== undefined,
    fetch: fetchRestate,
    how: 'not there; --fetch installs it from npm into the cache folder (220 MB)',
  },
]

/** Whom of these there is not to be measured, and why. @param fetch get what isn't there */
export async function absent(
  names: ReadonlySet<ServerName>,
  fetch: boolean,
): Promise<ReadonlyMap<ServerName, string>> {
  const missing = peers.filter(({ name, isThere }) => names.has(name) && !isThere())
  const reasons = await Promise.all(
    missing.map(async ({ name, fetch: get, how }) => [name, fetch ? await failureOf(get) : how] as const),
  )
  return new Map(reasons.flatMap(([name, why]) => (why === undefined ? [] : [[name, why] as const])))
}

async function failureOf(get: () => Promise<void>): Promise<string | undefined> {
  return get().then(
    () => undefined,
    (error: Error) => `could not be fetched: ${error.message.split('\n', 1)[0]}`,
  )
}
