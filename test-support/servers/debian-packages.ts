import { constants, globSync, readdirSync } from 'node:fs'
import { access, lstat, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'

/**
 * A Debian package, and what it needs that is not installed, unpacked into a folder without installing anything: no root,
 * no lock, nothing of the system's changed. Kept in `~/.cache/counterfoil` for the next run.
 */
export function unpackedPackage(name: string): Promise<string> {
  const root = unpacked.get(name) ?? unpackOnce(name)
  unpacked.set(name, root)
  return root
}

/** Asked for here before: a single Redis and a Cluster may be wanted at the same time. */
const unpacked = new Map<string, Promise<string>>()

async function unpackOnce(name: string): Promise<string> {
  const cache = await cacheFolder()
  const kept = join(cache, name)
  if (await exists(kept)) return kept
  const work = await mkdtemp(join(cache, 'unpacking-'))
  try {
    await unpack(name, work)
    await rename(join(work, 'root'), kept)
  } catch (error) {
    // Another process may have been quicker; what it has put there is whole.
    if (!(await exists(kept))) throw error
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return kept
}

/** Where programs of an unpacked package find their libraries. */
export function librariesOf(root: string): string {
  return globSync([join(root, 'usr/lib/*-linux-*'), join(root, 'lib/*-linux-*')]).join(':')
}

async function unpack(name: string, work: string): Promise<void> {
  const [root, lists, archives] = [join(work, 'root'), join(work, 'lists'), join(work, 'cache/archives')]
  for (const folder of [root, join(lists, 'partial'), join(archives, 'partial')]) {
    await mkdir(folder, { recursive: true })
  }
  const sources = join(work, 'sources.list')
  await writeFile(sources, `${await textOf('/etc/apt/sources.list')}\n${await backports()}\n`)
  const privately = [
    `Dir::Etc::SourceList=${sources}`,
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'Debug::NoLocking=1',
    // Root would otherwise download as a user who can't write here.
    'APT::Sandbox::User=root',
    'Acquire::http::Timeout=20',
  ].flatMap((option) => ['-o', option])
  await apt([...privately, 'update'])
  await apt([
    ...privately,
    ...['--yes', '--no-install-recommends', '--reinstall', '--download-only', 'install', name],
  ])
  for (const file of readdirSync(archives).filter((entry) => entry.endsWith('.deb'))) {
    await run('dpkg-deb', ['-x', join(archives, file), root], {})
  }
}

/** Debian 12 has no Valkey of its own. */
async function backports(): Promise<string> {
  const bookworm = /^VERSION_CODENAME=bookworm$/m.test(await textOf('/etc/os-release'))
  return bookworm
    ? 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm-backports main'
    : ''
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

function apt(args: readonly string[]): Promise<string> {
  return run('apt-get', ['-qq', ...args], { timeout: 180_000, env: { ...process.env, LC_ALL: 'C' } })
}

async function cacheFolder(): Promise<string> {
  const home = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'counterfoil')
  if (await mayWrite(home)) return home
  const owner = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `counterfoil-cache-${owner}`)
  await mkdir(folder, { mode: 0o700 }).catch(() => {})
  // Anybody may make a folder of that name; programs are run only from one's own.
  if ((await lstat(folder)).uid !== owner) throw new Error(`${folder} belongs to somebody else`)
  return folder
}

async function mayWrite(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
    return true
  } catch {
    // A user without a home.
    return false
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
