import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createReceipts } from '../../../src/index.ts'
import { sqliteStore } from '../../../src/stores/sqlite/index.ts'
import { newFolder } from './a-file.ts'

it.each([
  [{ hashKeys: true }, []],
  [{}, ['receipts.db']],
] as const)('with the option %j the key stands in these of its files: %j', async (option, files) => {
  const folder = newFolder()
  const receipts = createReceipts({ store: sqliteStore(join(folder, 'receipts.db')), ...option })
  const charge = receipts.operation('charge', { guarantee: 'at-least-once' })
  const call = { tenant: 'acme', key: 'a-key-to-look-for', request: { amount: 5 } }
  await charge.once(call, () => 'charged')
  await expect(charge.once({ ...call, request: { amount: 6 } }, () => 'charged')).rejects.toThrow()
  await receipts.close()
  const holding = readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(call.key))
  expect(holding).toEqual(files)
})
