/** `npm run proofs`: fires `proveHttp` at services with Counterfoil and with other layers, and writes what held. */
import { randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Proof } from 'counterfoil/testing'
import { fetchRestate, restateFolder } from '../http/peers/restate.ts'
import { isAccepting } from '../http/server-process.ts'
import { machine } from '../machine.ts'
import { startServers } from '../servers/start.ts'
import { inFolderOfItsOwn } from '../working-folder.ts'
import { proofsPage } from './page.ts'
import { type Effort, proveTarget } from './prove-target.ts'
import { keepResults, kept, keptResults } from './results.ts'
import { killAll } from './service-process.ts'
import { type TargetName, targetNames, targets } from './targets.ts'
import { installed } from './versions.ts'

const HELP = `npm run proofs -- [options]

  --only NAMES       of ${targetNames.join(', ')}; with commas
  --scenarios IDS    these alone, with commas
  --quick            few requests, one round
  --requests N, --rounds N, --processes N, --seed N
  --fetch            installs Restate where it is missing (220 MB)
  --write            into docs/proofs/results.json and docs/proofs.md
  --page             docs/proofs.md anew, from the results that are there
`
/** How long a dead attempt may hold its key: short, so that a run is. */
const LEASE_MS = 2000

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    scenarios: { type: 'string' },
    quick: { type: 'boolean', default: false },
    requests: { type: 'string' },
    rounds: { type: 'string' },
    processes: { type: 'string' },
    seed: { type: 'string' },
    fetch: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const docs = join(import.meta.dirname, '../../docs')

if (values.help) process.stdout.write(HELP)
else if (values.page) writePage()
else if (values.write && values.only !== undefined) refuse('--write is for all of them: leave --only out')
else await proveAll(chosen(values.only))

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}

function chosen(only: string | undefined): readonly TargetName[] {
  const names = only?.split(',') ?? targetNames
  const unknown = names.find((name) => !targetNames.some((known) => known === name))
  if (unknown !== undefined)
    refuse(`--only ${unknown}: there is no such target; there are ${targetNames.join(', ')}`)
  return names as readonly TargetName[]
}

async function proveAll(names: readonly TargetName[]): Promise<void> {
  if (names.includes('restate') && restateFolder() === undefined) {
    if (!values.fetch)
      throw new Error('Restate is not there; --fetch installs it (220 MB), or leave it out with --only')
    await fetchRestate()
  }
  process.on('exit', killAll)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  await inFolderOfItsOwn(async (folder) => {
    const onRedis = names.some((name) => /Redis/.test(targets[name].setUp))
    const servers = await startServers(new Set(onRedis ? ['redis'] : []), 'private')
    try {
      const proofs: (readonly [TargetName, Proof])[] = []
      for (const name of names) {
        const own = join(folder, name)
        mkdirSync(own)
        const place = { folder: own, redisUrl: servers.redisUrl, leaseMs: LEASE_MS, port: await freePorts() }
        const proof = await proveTarget(targets[name], place, effort(), ({ scenario, round, rounds }) => {
          if (process.stderr.isTTY)
            process.stderr.write(`\r\x1b[K${name}: ${scenario.id}, ${round} of ${rounds}`)
        })
        if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
        tell(name, proof)
        proofs.push([name, proof])
      }
      if (values.write) write(proofs, folder)
    } finally {
      await servers.end()
    }
  })
}

/** The first of eight: below those that the system hands out, so that a service that is started again finds its own free. */
async function freePorts(): Promise<number> {
  for (;;) {
    const first = randomInt(20_000, 32_000)
    const taken = await Promise.all(Array.from({ length: 8 }, (_, at) => isAccepting(first + at)))
    if (!taken.includes(true)) return first
  }
}

function effort(): Effort {
  const { requests, processes, rounds } = values.quick
    ? { requests: 10, processes: 1, rounds: 1 }
    : { requests: 100, processes: 2, rounds: 10 }
  return {
    requests: Number(values.requests ?? requests),
    processes: Number(values.processes ?? processes),
    rounds: Number(values.rounds ?? rounds),
    ...(values.scenarios !== undefined && { only: values.scenarios.split(',') }),
    ...(values.seed !== undefined && { seed: Number(values.seed) }),
  }
}

function tell(name: TargetName, { scenarios, durationMs }: Proof): void {
  const of = (kind: string): string[] =>
    scenarios.filter(({ verdict }) => verdict.kind === kind).map(({ id }) => id)
  const parts = [`${of('held').length} held`]
  if (of('broken').length > 0) parts.push(`broken: ${of('broken').join(', ')}`)
  if (of('not_shown').length > 0) parts.push(`not shown: ${of('not_shown').join(', ')}`)
  process.stdout.write(`${name} (${(durationMs / 1000).toFixed(0)} s): ${parts.join('; ')}\n`)
}

function write(proofs: readonly (readonly [TargetName, Proof])[], folder: string): void {
  mkdirSync(join(docs, 'proofs'), { recursive: true })
  const { date, machine: where, node } = machine(folder)
  const packages = new Set(proofs.flatMap(([name]) => targets[name].packages))
  keepResults({
    command: ['npm run proofs', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(
      ' ',
    ),
    date,
    machine: where,
    versions: [`Node ${node}`, ...[...packages].map(installed)],
    proofs: proofs.map(([name, proof]) => kept(name, proof)),
  })
  writePage()
}

function writePage(): void {
  writeFileSync(join(docs, 'proofs.md'), proofsPage(keptResults()))
}
