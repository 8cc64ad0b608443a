import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Attempt, Operation } from '../../src/index.ts'
import { usualTerms } from '../../src/testing/http/http-case.ts'
import type { HttpTerms, Turn } from '../../src/testing/index.ts'
import type { FaceName } from './declared.ts'
import { type Served, servers } from './faces.ts'

interface Seen {
  readonly body: string
  readonly attempt: Attempt | undefined
}

interface Answering extends Partial<Pick<HttpTerms, 'requireKey' | 'mayReplay'>> {
  readonly key?: Served['key']
  readonly onError?: (error: unknown) => void
  handle(seen: Seen): { readonly status?: number; readonly body?: string }
}

/** A service of one face whose handler answers with a text. Its port; it ends with the test. */
export async function answering(
  face: FaceName,
  operation: Operation<never>,
  { handle, onError = () => undefined, key, ...own }: Answering,
): Promise<number> {
  const server = await servers[face]({
    operation,
    terms: { ...usualTerms, ...own },
    key,
    onError,
    async enter(_field, body, attempt) {
      const { status = 200, body: text = '' } = handle({ body: Buffer.from(body).toString(), attempt })
      return turn(status, text)
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function turn(status: number, body: string): Turn {
  return {
    script: {
      scene: '',
      status,
      headers: [],
      body: { of: 'pieces', base64: [] },
      by: 'buffer',
      hints: [],
      waits: 'never',
      ends: 'whole',
      says: 'nothing',
    },
    run: 1,
    pieces: body === '' ? [] : [Buffer.from(body)],
    opened: Promise.resolve(),
  }
}
