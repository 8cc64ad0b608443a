import { writeFileSync } from 'node:fs'
import { Inspector } from './inspector.ts'

export interface Recording {
  /** Where the process listens for debuggers. */
  readonly inspectorPort: number
  /** Where the profile goes, as `--cpu-prof` writes it. */
  readonly path: string
}

const INTERVAL_US = 200

/** Profiles another process's main thread while something runs, and nothing before or after it. */
export async function recordedThere<T>(
  { inspectorPort, path }: Recording,
  run: () => Promise<T>,
): Promise<T> {
  const inspector = await Inspector.connect(inspectorPort)
  try {
    await inspector.post('Profiler.enable')
    await inspector.post('Profiler.setSamplingInterval', { interval: INTERVAL_US })
    await inspector.post('Profiler.start')
    const result = await run()
    const { profile } = await inspector.post('Profiler.stop')
    writeFileSync(path, JSON.stringify(profile))
    return result
  } finally {
    inspector.close()
  }
}
