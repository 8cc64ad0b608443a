import type { Frame } from './cpu-profile.ts'

/** In the order in which they are tried: the first whose pattern is found in `file name` has it. */
const categories: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['garbage collection', /^ ?\(garbage collector\)/],
  ['the bench itself', /^bench\//],
  ['the driver', /node_modules\/(pg|pg-|postgres|redis|@redis|ioredis)|^node_modules/],
  ['sockets', /^node:(internal\/)?(net|stream|streams|timers_promises)|stream_base/],
  ['SHA-256', /crypto\/hash|oneShotDigest/],
  ['random bytes', /crypto\/random|engine\/runtime\.ts (randomText|toString|hexSlice)/],
  ['fingerprint', /^core\/fingerprint\//],
  ['timers', /^node:internal\/timers|^node:timers|engine\/runtime\.ts (after|cancel|unref)/],
  ['clocks', /perf_hooks|perf\/|steady-clock|engine\/runtime\.ts|performance/],
  ['receipt id', /^core\/key\.ts/],
  ['outcome: codec and encoding', /^core\/(json-codec|outcome)|buffer|encoding/],
  ['decisions', /^core\//],
  ['store', /^stores\/|sqlite/],
  ['engine', /^engine\/|^index\./],
  ['promises and turns of the event loop', /task_queues|promise|async_hooks|runMicrotasks|processTicks/],
]

/** `(program)` and the like. */
const REST = "V8, Node and the system's calls"

export function categoryOf({ file, name }: Pick<Frame, 'file' | 'name'>): string {
  const text = `${file} ${name}`
  return categories.find(([, pattern]) => pattern.test(text))?.[0] ?? REST
}
