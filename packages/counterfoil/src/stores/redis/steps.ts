import type { ReceiptId } from '../../core/index.ts'
import type { Place } from './replace.ts'
import * as scripts from './scripts.ts'

/** A hash for each incarnation. It is forgotten with its receipt, whose scripts see to it. */
export async function readSteps(
  { server, keys }: Place,
  id: ReceiptId,
  incarnation: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const flat = (await server.run(scripts.readSteps, [keys.steps(id, incarnation)], [])) as readonly Buffer[]
  const results = new Map<string, Uint8Array>()
  for (let at = 0; at < flat.length; at += 2) {
    const [name, result] = flat.slice(at, at + 2) as [Buffer, Buffer]
    results.set(JSON.parse(name.toString()) as string, new Uint8Array(result))
  }
  return results
}
