/** What a profile is (Chrome's DevTools protocol, Profiler.Profile), as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly CpuProfileNode[]
  /** The node that each sample was in, and the microseconds before it. */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface CpuProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly children?: readonly number[]
}

export interface Frame {
  readonly name: string
  /** Of a function of V8's or Node's own in C++, that of the file that called it. */
  readonly file: string
  readonly line: number
  readonly selfUs: number
}

/** Self time by function, waiting left out. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): readonly Frame[] {
  const self = new Map<number, number>()
  samples.forEach((id, index) => {
    // A sample stands for the time until the next one.
    self.set(id, (self.get(id) ?? 0) + (timeDeltas[index + 1] ?? 0))
  })
  const parents = new Map<number, CpuProfileNode>()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node)
  const frames = new Map<string, Frame>()
  for (const [id, selfUs] of self) {
    const node = byId.get(id)
    if (node === undefined || node.callFrame.functionName === '(idle)') continue
    const frame = frameOf(node, parents)
    const name = `${frame.name} ${frame.file} ${frame.line}`
    frames.set(name, { ...frame, selfUs: selfUs + (frames.get(name)?.selfUs ?? 0) })
  }
  return [...frames.values()].sort((a, b) => b.selfUs - a.selfUs)
}

function frameOf(node: CpuProfileNode, parents: ReadonlyMap<number, CpuProfileNode>): Omit<Frame, 'selfUs'> {
  const { functionName, url, lineNumber } = node.callFrame
  const name = functionName === '' ? '(anonymous)' : functionName
  let at: CpuProfileNode | undefined = node
  while (at !== undefined && at.callFrame.url === '') at = parents.get(at.id)
  return { name, file: shortened(at?.callFrame.url ?? ''), line: url === '' ? 0 : lineNumber + 1 }
}

function shortened(url: string): string {
  return url
    .replace(/^file:.*\/packages\/counterfoil\/(?:src|dist)\//, '')
    .replace(/^file:.*\/packages\/cli\/(?:src|dist)\//, 'cli/')
    .replace(/^file:.*\/node_modules\//, 'node_modules/')
    .replace(/^file:.*\/bench\//, 'bench/')
}
