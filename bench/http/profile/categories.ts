import type { Frame } from '../../profile/cpu-profile.ts'

/** In the order in which they are tried: the first whose pattern is found in `file name` has it. */
const categories: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['garbage collection', /^ ?\(garbage collector\)/],
  ['undici', /node_modules\/undici\//],
  ['the framework', /node_modules\//],
  ['gateway', /^cli\//],
  ['Counterfoil: exchange and face', /^http\//],
  ['Counterfoil: fingerprint', /^core\/fingerprint\//],
  ['Counterfoil: engine and decisions', /^(core|engine)\/|^index\./],
  ['Counterfoil: store', /^stores\/|sqlite/],
  ['hashes and random bytes', /crypto/],
  ['the application', /^bench\//],
  ['HTTP in Node', /^node:_?http|http_/],
  ['sockets and streams in Node', /^node:(net|stream|internal\/(stream|net|streams))|stream_base/],
  ['buffers, text and URLs in Node', /buffer|encoding|url|string_decoder/],
  ['timers, ticks and promises', /timers|task_queues|promise|async_|processTicks|perf_hooks/],
]

/** `(program)` and the like: no JavaScript, most of it calls of the system. */
const REST = "V8, Node's C++ and the system's calls"

export function httpCategoryOf({ file, name }: Pick<Frame, 'file' | 'name'>): string {
  const text = `${file} ${name}`
  return categories.find(([, pattern]) => pattern.test(text))?.[0] ?? REST
}
