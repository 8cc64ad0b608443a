import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { EngineUnderTest } from './engine-under-test.ts'

/** One change to one file of the engine. */
export interface Change {
  readonly file: string
  readonly from: string
  readonly to: string
}

const engineFolder = fileURLToPath(new URL('../../../src/engine/', import.meta.url))
const coreIndex = fileURLToPath(new URL('../../../src/core/index.ts', import.meta.url))

/** A copy of the engine with these changes made, over the very same core. It is gone when `use` is done. */
export async function withEngineCopy(
  changes: readonly Change[],
  use: (engine: EngineUnderTest) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-engine-'))
  try {
    for (const file of readdirSync(engineFolder)) {
      let text = readFileSync(join(engineFolder, file), 'utf8')
      for (const change of changes) if (change.file === file) text = changed(text, change)
      writeFileSync(join(folder, file), text.replaceAll("'../core/index.ts'", `'${coreIndex}'`))
    }
    const copy: EngineUnderTest = await import(pathToFileURL(join(folder, 'index.ts')).href)
    await use(copy)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @throws where the text to change isn't there exactly once: a fault that isn't made can't be found. */
function changed(text: string, { file, from, to }: Change): string {
  const found = text.split(from).length - 1
  if (found !== 1) throw new Error(`${file} has ${found} times: ${from}`)
  return text.replace(from, () => to)
}
