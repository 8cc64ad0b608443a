import type { Design, Section } from './design.ts'
import { fenced, page } from './markdown.ts'
import { storeNames } from './opening.ts'

export function schemaSection({ answers, store }: Design): Section {
  const { kind } = answers.store
  const sql = kind === 'postgres' || kind === 'sqlite'
  return {
    title: 'Receipt schema',
    text: page(
      `What ${storeNames[kind]} keeps, as the store itself prints it. A receipt's \`id\` is SHA-256 over tenant, operation and key, each preceded by its length, so that no two receipts share one. Every creation is a new \`incarnation\`, to which the steps belong: a key that is used again after its time never meets old ones. The key is kept in clear, for operators, unless \`createReceipts\` is given \`hashKeys\`.`,
      fenced(sql ? 'sql' : 'text', store.schema),
    ),
  }
}
