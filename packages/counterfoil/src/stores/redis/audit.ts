import { type Finding, fact, refusal, warning } from '../../core/index.ts'
import type { Primary, Reply } from './drivers/driver.ts'
import type { Settings } from './options.ts'
import type { Server } from './server.ts'

/** What holds on these very servers: asked of each primary now, not recited. */
export async function audit(server: Server, settings: Settings): Promise<readonly Finding[]> {
  const primaries = await server.primaries()
  const found = await Promise.all(primaries.map((primary) => auditPrimary(server, primary, settings)))
  return [
    ...unlikeOnes(found),
    fact('The claim and every write are decided in the server, one script at a time, by its own clock.'),
    fact(
      "Its clock is the server's wall clock: a step back lengthens leases and retentions by as much, a step forwards ends them that much early; so does a failover to a server whose clock differs.",
    ),
    ...(server.driver.clustered
      ? [fact(`It is a Cluster of ${primaries.length} primaries; a receipt lives whole on one of them.`)]
      : []),
    ...(settings.waitForReplicas > 0
      ? [
          fact(
            `A write is answered once ${settings.waitForReplicas} replicas have acknowledged it; where fewer do within ${settings.replicaTimeoutMs} ms it is told as unknown, and can be sent again. Name all that may be promoted: one that has not acknowledged forgets it.`,
          ),
        ]
      : []),
  ]
}

/** A finding that holds on every primary is said once. */
function unlikeOnes(found: readonly (readonly Finding[])[]): Finding[] {
  const seen = new Map<string, Finding>()
  for (const finding of found.flat()) seen.set(finding.says, finding)
  return [...seen.values()]
}

async function auditPrimary(server: Server, primary: Primary, settings: Settings): Promise<Finding[]> {
  const info = await infoOf(server, primary)
  const config = await configOf(server, primary)
  return [
    ...version(info),
    ...role(info),
    ...(await oneNodeOfMany(server, primary, info)),
    eviction(config.get('maxmemory-policy') ?? info.get('maxmemory_policy'), info.get('maxmemory') === '0'),
    persistence(config, info),
    replicas(info, settings),
    ...(config.size === 0
      ? [
          warning(
            "The server doesn't let its settings be seen (CONFIG GET is forbidden, as on many managed servers): whether appendfsync and min-replicas-to-write are set can't be told here; look at the provider's settings.",
          ),
        ]
      : [minReplicas(config.get('min-replicas-to-write'))]),
  ]
}

async function infoOf(server: Server, primary: Primary): Promise<ReadonlyMap<string, string>> {
  const lines = String(await server.sendTo(primary, ['INFO'])).split('\r\n')
  return new Map(
    lines.filter((line) => line.includes(':')).map((line) => line.split(/:(.*)/s) as [string, string]),
  )
}

/** Empty where it is forbidden. */
async function configOf(server: Server, primary: Primary): Promise<ReadonlyMap<string, string>> {
  const settings = new Map<string, string>()
  for (const name of ['maxmemory-policy', 'appendonly', 'appendfsync', 'save', 'min-replicas-to-write']) {
    try {
      const [, value] = pairIn(await server.sendTo(primary, ['CONFIG', 'GET', name]))
      if (value !== undefined) settings.set(name, value)
    } catch {
      return new Map()
    }
  }
  return settings
}

/** A list in one version of the protocol, and a map in the other. */
function pairIn(reply: Reply): readonly (string | undefined)[] {
  const entry = Array.isArray(reply) ? reply : Object.entries(Object(reply) as object)[0]
  return (entry ?? []).map(String)
}

function version(info: ReadonlyMap<string, string>): Finding[] {
  const valkey = info.get('valkey_version')
  const redis = info.get('redis_version') ?? ''
  const [major = 0, minor = 0] = redis.split('.').map(Number)
  if (valkey === undefined && (major < 6 || (major === 6 && minor < 2))) {
    return [refusal(`Redis ${redis} is too old: its SET knows no PXAT; use Redis 6.2 or newer, or Valkey.`)]
  }
  return [fact(valkey === undefined ? `Redis ${redis}.` : `Valkey ${valkey}.`)]
}

function role(info: ReadonlyMap<string, string>): Finding[] {
  return info.get('role') === 'slave'
    ? [
        refusal(
          'The server is a replica, and takes no write: connect to the primary, by Sentinel or Cluster where it can move.',
        ),
      ]
    : []
}

/** A client that knows one node alone has the receipts of its slots, and is refused all others. */
async function oneNodeOfMany(
  server: Server,
  primary: Primary,
  info: ReadonlyMap<string, string>,
): Promise<Finding[]> {
  if (server.driver.clustered || info.get('cluster_enabled') !== '1') return []
  const size = /^cluster_size:(\d+)/m.exec(String(await server.sendTo(primary, ['CLUSTER', 'INFO'])))?.[1]
  return Number(size) > 1
    ? [
        refusal(
          `The server is one of the ${size} primaries of a Cluster, and the client knows no other: most receipts can't be had; take a Cluster client ('redis+cluster://…' in a URL).`,
        ),
      ]
    : []
}

function eviction(policy: string | undefined, boundless: boolean): Finding {
  if (policy === 'noeviction') {
    return fact(
      'Nothing is evicted (maxmemory-policy is noeviction): a full server refuses new receipts, and keeps those it has.',
    )
  }
  if (policy === undefined) {
    return warning(
      "Whether the server evicts keys can't be seen: its maxmemory-policy must be noeviction, or a receipt may be forgotten while its claim lives.",
    )
  }
  return boundless
    ? warning(
        `The server will evict keys (maxmemory-policy is ${policy}) as soon as it is given a maxmemory: it may then forget a receipt while its claim lives, and the effect runs twice; set the policy to noeviction.`,
      )
    : refusal(
        `The server evicts keys when its memory is full (maxmemory-policy is ${policy}): it may forget a receipt while its claim lives, and the effect runs twice; set it to noeviction.`,
      )
}

function persistence(config: ReadonlyMap<string, string>, info: ReadonlyMap<string, string>): Finding {
  const log = config.get('appendonly') === 'yes' || info.get('aof_enabled') === '1'
  if (!log) {
    const says =
      config.get('save') === ''
        ? 'The server keeps nothing on disk (appendonly is no, and save is empty): a crash or a restart forgets every receipt, and effects run again; set appendonly to yes.'
        : 'The server keeps no append-only file (appendonly is no): a crash or a restart forgets every receipt since the last snapshot, and effects run again; set appendonly to yes.'
    return { ...warning(says), forgets: 'at restart' }
  }
  switch (config.get('appendfsync')) {
    case 'always':
      return fact('Every answer comes after an fsync of the append-only file (appendfsync is always).')
    case 'no':
      return warning(
        'The append-only file is written when the system likes (appendfsync is no): a crash of the system or the power may forget the last half minute; set it to everysec or always.',
      )
    case 'everysec':
      return warning(
        'The append-only file reaches the disk once a second (appendfsync is everysec): a crash of the system or the power may forget the last second, and a crash of Redis alone nothing; set it to always where that is too much.',
      )
    default:
      return fact('The server keeps an append-only file; how often it reaches the disk is not seen here.')
  }
}

function replicas(info: ReadonlyMap<string, string>, { waitForReplicas }: Settings): Finding {
  const connected = Number(info.get('connected_slaves') ?? 0)
  if (connected === 0) {
    return waitForReplicas === 0
      ? fact('The server has no replica just now: there is nothing to fail over to.')
      : refusal(
          `The server has no replica, and 'waitForReplicas' asks for ${waitForReplicas}: no write will be answered.`,
        )
  }
  if (waitForReplicas === 0) {
    return warning(
      `The server has ${connected} replica${connected === 1 ? '' : 's'} and answers before they have a write: a failover may forget claims and outcomes that were acknowledged, and their effects run twice; set waitForReplicas to ${connected}.`,
    )
  }
  return waitForReplicas < connected
    ? warning(
        `The server has ${connected} replicas and 'waitForReplicas' asks for ${waitForReplicas}: a failover to one that had not acknowledged forgets the write; name all that may be promoted.`,
      )
    : fact(`The server has ${connected} replicas.`)
}

function minReplicas(least: string | undefined): Finding {
  return Number(least ?? 0) === 0
    ? fact('A primary that has lost its replicas goes on writing (min-replicas-to-write is 0).')
    : fact(
        `A primary with fewer than ${least} replicas writes nothing (min-replicas-to-write): this alone does not keep a failover from forgetting writes.`,
      )
}
