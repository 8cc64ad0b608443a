import { existsSync } from 'node:fs'
import type { ReceiptStore } from 'counterfoil'
import { CommandError } from '../command-error.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { visible } from '../terminal/visible.ts'

export interface StoreOption {
  readonly store?: string
}

/**
 * Runs a verb on the store that the user named, and lets go of it whatever comes. A store that may lose receipts is no
 * reason to keep those that it has from an operator, who is only warned.
 */
export function withStore(
  io: Io,
  options: StoreOption,
  verb: (store: ReceiptStore) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withUnjudgedStore(io, options, async (store) => {
    for (const { level, says } of await store.audit()) {
      if (level === 'refusal')
        await io.stderr.write(`${io.stderr.style('yellow', 'warning:')} ${visible(says)}\n`)
    }
    return verb(store)
  })
}

/** The same without a warning, for the verb that tells all of it. */
export async function withUnjudgedStore(
  io: Io,
  options: StoreOption,
  verb: (store: ReceiptStore) => Promise<ExitCode>,
): Promise<ExitCode> {
  const url = storeUrl(io, options)
  assertItIsThere(url)
  const { openStore } = await import('counterfoil')
  const store = await openStore(url, { refuseUnsafe: false })
  try {
    return await verb(store)
  } finally {
    await store.close()
  }
}

export function storeUrl(io: Io, options: StoreOption): string {
  const url = options.store ?? (io.env.COUNTERFOIL_STORE || undefined)
  if (url !== undefined) return url
  throw new CommandError(
    exitCodes.usage,
    'No store is named: give --store <url>, such as --store sqlite:receipts.db, or set COUNTERFOIL_STORE.',
  )
}

/**
 * Opening a SQLite store creates its file, which is right for a service and wrong for a look at a mistyped name.
 * A file that goes missing after this check would be created empty: nothing is lost by that.
 */
function assertItIsThere(url: string): void {
  if (/^memory:/i.test(url)) {
    throw new CommandError(
      exitCodes.usage,
      'A memory store lives inside one process and cannot be looked at from another; name the store that your service uses.',
    )
  }
  const path = /^sqlite:(?:\/\/(?=\/))?(.+)$/is.exec(url)?.[1]
  if (path !== undefined && !existsSync(path)) {
    throw new CommandError(
      exitCodes.unavailable,
      `There is no file ${path}; name the file that your service writes (nothing was created).`,
    )
  }
}
