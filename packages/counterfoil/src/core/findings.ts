import type { Finding } from './store.ts'

// What a store's audit finds, each said in one sentence: `Finding` says what the levels mean.

export function fact(says: string): Finding {
  return { level: 'fact', says }
}

export function warning(says: string): Finding {
  return { level: 'warning', says }
}

export function refusal(says: string): Finding {
  return { level: 'refusal', says }
}
