import type { HistoryEntry } from 'counterfoil'
import { textOf } from '../terminal/bytes.ts'
import { timeText } from '../terminal/time.ts'
import { type ReadOutcome, readOutcome } from './outcome-summary.ts'
import { type Json, receiptJson } from './receipt-json.ts'
import { outcomeBytes, type Shown } from './shown.ts'
import { shownRequest } from './shown-request.ts'

/** Everything that the receipt holds, but for what gives a right: the claim token, and the credentials' digest. */
export function showJson({ receipt, now, steps }: Shown): Json {
  const names = new Set([...steps.keys(), ...Object.keys(receipt.generations)])
  return {
    ...receiptJson(receipt, now, { withKey: true }),
    readAt: timeText(now),
    fingerprint: { version: receipt.fingerprint.version, digest: receipt.fingerprint.digest },
    keptUnderCredentials: receipt.credentials !== null,
    predecessor: receipt.predecessor,
    history: receipt.history.map(historyJson),
    steps: Array.from(names, (name) => ({
      name,
      generation: Object.hasOwn(receipt.generations, name) ? (receipt.generations[name] ?? 0) : 0,
      result: encodedJson(steps.get(name) ?? null),
    })),
    request: encodedJson(receipt.request && shownRequest(receipt.request)),
    outcome: encodedJson(outcomeBytes(receipt)),
  }
}

function historyJson(entry: HistoryEntry): Json {
  return entry.kind === 'attempt'
    ? { ...entry, claimedAt: timeText(entry.claimedAt), endedAt: timeText(entry.endedAt) }
    : { ...entry, at: timeText(entry.at) }
}

function encodedJson(bytes: Uint8Array | null): Json {
  return bytes === null ? null : outcomeJson(readOutcome(bytes))
}

function outcomeJson(outcome: ReadOutcome): Json {
  switch (outcome.kind) {
    case 'response':
      return {
        kind: 'response',
        status: outcome.status,
        headers: outcome.headers.map(([name, value]) => [name, value]),
        body: bytesJson(outcome.body),
      }
    case 'value':
      return { kind: 'value', form: outcome.value.form, value: bytesJson(outcome.value.bytes) }
    case 'failure':
      return { kind: 'failure', ...outcome.failure }
    case 'not_kept':
      return { kind: 'not_kept', why: outcome.why }
    case 'unreadable':
      return { kind: 'unreadable', says: outcome.says, stored: bytesJson(outcome.bytes) }
  }
}

function bytesJson(bytes: Uint8Array): Json {
  const text = textOf(bytes)
  return text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text }
}
