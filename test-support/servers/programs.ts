import { existsSync, globSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { librariesOf, unpackedPackage } from './debian-packages.ts'
import { run } from './run.ts'
import { type ServerMissing, serverMissing } from './server-missing.ts'

// Under vitest `import.meta.resolve` finds no packages.
const require = createRequire(import.meta.url)

/** What a server needs of the programs that it consists of. */
export interface Wanted {
  readonly server: string
  /** Found side by side; the first one tells its version. */
  readonly programs: readonly [string, ...string[]]
  readonly leastVersion: number
  /** An npm package that has them in `native/bin`. */
  readonly npmPackage?: string
  readonly debianPackage: string
  readonly variable: string
}

/** Where the programs are. */
export interface Programs {
  /** The folder that holds the programs and what belongs to them. */
  readonly root: string
  /** The programs' own folder, within the root. */
  readonly bin: string
  /** Whether libraries come with them, and from where. */
  readonly libraries?: (root: string) => string
}

/** Finds programs that run here: what npm ships, then what the system has, then Debian's package, unpacked. */
export async function findPrograms(wanted: Wanted): Promise<Programs> {
  for (const programs of [...fromNpm(wanted), ...fromSystem(wanted)]) {
    if (await runHere(programs, wanted)) return programs
  }
  const programs = await fromDebian(wanted)
  if (await runHere(programs, wanted)) return programs
  throw missing(
    wanted,
    `Debian's ${wanted.debianPackage} is older than ${wanted.leastVersion}, or doesn't run here`,
  )
}

/** The environment in which the programs run. */
export function environmentOf({ root, libraries }: Programs): NodeJS.ProcessEnv {
  const { PATH, TZ } = process.env
  return { PATH, TZ, LC_ALL: 'C', ...(libraries && { LD_LIBRARY_PATH: libraries(root) }) }
}

function* fromNpm({ npmPackage }: Wanted): Generator<Programs> {
  if (npmPackage === undefined) return
  try {
    const root = join(dirname(require.resolve(npmPackage)), '../native')
    yield { root, bin: 'bin' }
  } catch {
    // Not every system has one: it is an optional dependency.
  }
}

function* fromSystem({ programs: [first] }: Wanted): Generator<Programs> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const versioned = globSync('/usr/lib/postgresql/*/bin').toSorted().reverse()
  for (const folder of [...folders, '/usr/sbin', ...versioned]) {
    const program = join(folder, first)
    // What stands on the PATH may be a link to where the others are.
    if (existsSync(program)) yield { root: '/', bin: dirname(realpathSync(program)).slice(1) }
  }
}

async function fromDebian(wanted: Wanted): Promise<Programs> {
  try {
    const root = await unpackedPackage(wanted.debianPackage)
    const [program] = globSync(
      ['usr/bin', 'usr/sbin', 'usr/lib/postgresql/*/bin'].map((bin) => join(root, bin, wanted.programs[0])),
    )
    if (program === undefined) throw new Error(`${wanted.debianPackage} has no ${wanted.programs[0]}`)
    return { root, bin: dirname(program).slice(root.length + 1), libraries: librariesOf }
  } catch (error) {
    throw missing(wanted, `neither npm nor the system has it, and ${(error as Error).message}`)
  }
}

async function runHere(programs: Programs, { programs: names, leastVersion }: Wanted): Promise<boolean> {
  const folder = join(programs.root, programs.bin)
  if (!names.every((name) => existsSync(join(folder, name)))) return false
  try {
    const version = await run(join(folder, names[0]), ['--version'], { env: environmentOf(programs) })
    return Number(/\d+/.exec(version)?.[0]) >= leastVersion
  } catch {
    return false
  }
}

function missing({ server, debianPackage, variable }: Wanted, reason: string): ServerMissing {
  return serverMissing(server, reason, `on Debian: apt-get install ${debianPackage}`, variable)
}
