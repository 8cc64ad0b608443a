import { failure, keep, load, proof } from './about-its-running.ts'
import { retries } from './about-retries.ts'
import { key, tenant } from './about-the-key.ts'
import { effects, operation } from './about-the-operation.ts'
import { store } from './about-the-store.ts'
import type { Group } from './question.ts'

/** All that is asked, in its order. */
export const groups: readonly Group[] = [
  operation,
  effects,
  key,
  tenant,
  store,
  retries,
  failure,
  load,
  keep,
  proof,
]
