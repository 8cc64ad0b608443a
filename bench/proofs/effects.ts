import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const PATIENCE_MS = 20_000

/** How often each line stands in the ledger. */
export function countLines(ledger: string, wanted: readonly string[]): number {
  return readFileSync(ledger, 'utf8')
    .split('\n')
    .filter((line) => wanted.includes(line)).length
}

/** Restate tells its handlers no keys: who had one is asked of its own tables, and the ledger has the invocations' ids. */
export async function invocationsOf(key: string, adminPort: number): Promise<readonly string[]> {
  const names = [key, `"${key}"`].map((name) => `'${name.replaceAll("'", "''")}'`)
  const query = `SELECT id FROM sys_invocation WHERE idempotency_key IN (${names.join(', ')})`
  for (const until = performance.now() + PATIENCE_MS; ; await pause(100)) {
    try {
      const answer = await fetch(`http://127.0.0.1:${adminPort}/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ query }),
      })
      if (!answer.ok) throw new Error(`Restate's tables can't be read: ${answer.status}`)
      const { rows } = (await answer.json()) as { readonly rows: readonly { readonly id: string }[] }
      return rows.map(({ id }) => id)
    } catch (error) {
      // It may just have been killed.
      if (performance.now() > until) throw error
    }
  }
}
