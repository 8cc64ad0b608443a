import { type ChildProcess, fork } from 'node:child_process'

/** Lets a case start processes, and ends them with it. One that outlives its case fails it. */
export async function withProcesses(
  script: URL,
  scriptArguments: readonly string[],
  use: (startProcess: () => ChildProcess) => Promise<void>,
): Promise<void> {
  const children: ChildProcess[] = []
  try {
    await use(() => {
      const child = fork(script, scriptArguments, { execArgv: ['--conditions=@counterfoil/source'] })
      children.push(child)
      return child
    })
    const left = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    if (left.length > 0) throw new Error(`${left.length} processes outlived their case`)
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
}
