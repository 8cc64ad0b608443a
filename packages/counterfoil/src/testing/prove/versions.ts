import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProofVersions } from './proof.ts'

export function versionsHere(): ProofVersions {
  const text = readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')
  return {
    counterfoil: (JSON.parse(text) as { version: string }).version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  }
}
