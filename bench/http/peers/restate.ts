import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached, fetchInto, run } from './cache.ts'

const VERSIONS = ['@restatedev/restate-server@1.7.12', '@restatedev/restate-sdk@1.17.2']
const place = cached('restate')

/** The folder that it is installed in; `undefined` where it isn't. */
export function restateFolder(): string | undefined {
  return existsSync(join(place, 'node_modules/@restatedev/restate-server')) ? place : undefined
}

/** 220 MB: not for everybody who installs this workspace. */
export function fetchRestate(): Promise<void> {
  return fetchInto(place, async (folder) => {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    await run('npm', ['install', '--no-audit', '--no-fund', '--save-exact', ...VERSIONS], folder)
  })
}
