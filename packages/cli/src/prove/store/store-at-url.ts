import { fork } from 'node:child_process'
import { openStore, placeApart, type ReceiptStore } from 'counterfoil'
import type { StoreToProve } from 'counterfoil/testing'
import { withoutSecrets } from '../without-secrets.ts'

/** The store of this URL, opened here and in processes of their own. */
export function storeAtUrl(url: string): StoreToProve {
  return {
    target: withoutSecrets(url),
    apart: () => placeApart(url),
    at: /^memory:/i.test(url) ? inMemory : atUrl,
  }
}

function atUrl(url: string): ReturnType<StoreToProve['at']> {
  return {
    open: () => openStore(url),
    startProcess: () =>
      // In the environment and not among the arguments, which every user of the machine may read.
      fork(new URL('./store-process.ts', import.meta.url), {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        env: { ...process.env, COUNTERFOIL_PROVE_STORE: url },
      }),
  }
}

/** Nobody else sees it: all handles are the one. */
function inMemory(url: string): ReturnType<StoreToProve['at']> {
  let store: Promise<ReceiptStore> | undefined
  return {
    open() {
      store ??= openStore(url)
      return store
    },
  }
}
