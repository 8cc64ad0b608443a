import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'

const INTERVAL_US = 200

/** Profiles this thread while something runs, and nothing before or after it, into a file as `--cpu-prof` writes them. */
export async function recorded<T>(path: string, run: () => Promise<T>): Promise<T> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US })
  await session.post('Profiler.start')
  const result = await run()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  writeFileSync(path, JSON.stringify(profile))
  return result
}
