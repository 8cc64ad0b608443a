import type { Design, Section } from './design.ts'
import { fenced, page } from './markdown.ts'
import { storeNames } from './opening.ts'

export function schemaSection({ answers, store }: Design): Section {
  const { kind } = answers.store
  const sql = kind === 'postgres' || kind === 'sqlite'
  return {
    title: 'Receipt schema',
    text: page(
      `What ${storeNames[kind]} keeps, as the store itself tells it. A receipt's \`id\` is SHA-256 over tenant, operation and key, each with its length before it, so that no two of them meet. Every creation is a new \`incarnation\`; steps hang on that, and a key that is used again after its time never meets them. The key stands there in clear, for operators, unless \`createReceipts\` is given \`hashKeys\`.`,
      fenced(sql ? 'sql' : 'text', store.schema),
    ),
  }
}
