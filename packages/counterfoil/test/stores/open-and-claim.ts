import { openStore } from '../../src/open.ts'
import { requestWith } from '../../src/testing/requests.ts'

/** Says what its claim on the store of this URL came to, or why there was none. */
try {
  const store = await openStore(process.argv[2] as string)
  process.stdout.write((await store.claim(requestWith())).kind)
  await store.close()
} catch (error) {
  process.stdout.write((error as Error).message)
}
