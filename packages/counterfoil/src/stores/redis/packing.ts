import {
  HELD_AT_LEAST_MS,
  type HistoryEntry,
  type InProgress,
  type OnAbandoned,
  type OnFailure,
  outcomeBytesOf,
  type Place,
  type Predecessor,
  type Purpose,
  placeOf,
  type Receipt,
  type ReceiptFacts,
  type ReceiptId,
  type StoreTime,
  sweepDueAt,
} from '../../core/index.ts'
import { NotAReceipt, TooLarge } from './faults.ts'

/*
 * A receipt is one binary string. Scripts read its head by fixed places and never look further:
 *
 *    0  format        1 byte, FORMAT
 *    1  waited        '1': somebody waits, and whoever changes the receipt says so on its channel
 *    2  steps         '1': there are results of steps, under a key of their own
 *    3  state         one letter: `letters`
 *    4  life          how time goes on for it: `lifeOf`
 *    5  kept          'b': the outcome's bytes are there; '-': they are not
 *    6  at            when the lease ends, or when it was settled
 *   14  due           `sweepDueAt`; infinite for never
 *   22  claimed at
 *   30  created at
 *   38  refusals      u32: of all steps together, so that the head changes with every write under a fence
 *   42  attempt       u32
 *   46  incarnation   u16 length, UTF-8
 *       token         u16 length, UTF-8
 *       facts         u32 length, JSON: `Facts`
 *       request       u32 length + 1, or 0 for none; bytes
 *       outcome       the same; of a receipt in doubt: the refusal
 *
 * Numbers are big-endian; times are doubles, which hold every millisecond exactly. From the state to the end of the
 * token is the *stand*: every write changes it, so that two receipts with the same stand are the same to the byte.
 */
const FORMAT = 1
const FIXED = 46
const AT = 6
const STAND = 3
const CLAIMED_AT = 22
/** A value of Redis: `proto-max-bulk-len` as it comes. */
const MAX_BYTES = 512 * 2 ** 20

const WAITED = 1
const STEPS = 2
const NO = 0x30

const letters = {
  running: 'r',
  in_doubt: 'd',
  tombstone: 't',
  succeeded: 's',
  failed: 'f',
  released: 'l',
} as const

type Letter = (typeof letters)[keyof typeof letters]

const IN_PROGRESS = letters.running + letters.in_doubt + letters.tombstone
/** Those that somebody may yet find out about. */
export const RECOVERABLE: string = letters.running + letters.in_doubt

type Facts = readonly [
  tenant: string,
  operation: string,
  key: string | null,
  fingerprintVersion: number,
  fingerprint: string,
  credentials: string | null,
  onFailure: OnFailure,
  onAbandoned: OnAbandoned,
  ttlMs: number,
  keyRetentionMs: number,
  purpose: Purpose,
  predecessor: Predecessor,
  doubtSince: StoreTime | null,
  recoverableAt: StoreTime | null,
  generations: Readonly<Record<string, number>>,
  history: readonly HistoryEntry[],
]

/** @throws {TooLarge} */
export function pack(receipt: Receipt): Buffer {
  const facts = factsText(receipt)
  const outcome = outcomeBytesOf(receipt)
  const { incarnation, token, request } = receipt
  const length =
    FIXED +
    text16Length(incarnation) +
    text16Length(token) +
    4 +
    Buffer.byteLength(facts) +
    blobLength(request) +
    blobLength(outcome)
  if (length >= MAX_BYTES) throw new TooLarge()
  const bytes = Buffer.allocUnsafe(length)
  bytes[0] = FORMAT
  bytes[WAITED] = NO
  bytes[STEPS] = NO
  bytes[STAND] = letterOf(receipt).charCodeAt(0)
  bytes[STAND + 1] = lifeOf(receipt).charCodeAt(0)
  bytes[STAND + 2] = outcome === null ? 0x2d : 0x62
  bytes.writeDoubleBE(receipt.state === 'in_progress' ? receipt.leaseEndsAt : receipt.settledAt, AT)
  bytes.writeDoubleBE(sweepDueAt(receipt) ?? Number.POSITIVE_INFINITY, AT + 8)
  bytes.writeDoubleBE(receipt.claimedAt, CLAIMED_AT)
  bytes.writeDoubleBE(receipt.createdAt, CLAIMED_AT + 8)
  bytes.writeUInt32BE(refusalsOf(receipt), CLAIMED_AT + 16)
  bytes.writeUInt32BE(receipt.attempt, CLAIMED_AT + 20)
  let at = writeText16(bytes, incarnation, FIXED)
  at = writeText16(bytes, token, at)
  const written = bytes.write(facts, at + 4, 'utf8')
  at = bytes.writeUInt32BE(written, at) + written
  at = writeBlob(bytes, request, at)
  writeBlob(bytes, outcome, at)
  return bytes
}

/** @throws {NotAReceipt} for bytes that this version did not write. */
export function unpack(id: ReceiptId, bytes: Buffer): Receipt {
  if (bytes.length < FIXED || bytes[0] !== FORMAT) throw new NotAReceipt(bytes[0])
  const incarnation = readText16(bytes, FIXED)
  const token = readText16(bytes, incarnation.end)
  const facts = token.end + 4 + bytes.readUInt32BE(token.end)
  const request = readBlob(bytes, facts)
  const outcome = readBlob(bytes, request.end)
  const from = JSON.parse(bytes.toString('utf8', token.end + 4, facts)) as Facts
  const shared: ReceiptFacts = {
    id,
    tenant: from[0],
    operation: from[1],
    key: from[2],
    incarnation: incarnation.text,
    createdAt: bytes.readDoubleBE(CLAIMED_AT + 8),
    fingerprint: { version: from[3], digest: from[4] },
    credentials: from[5],
    policies: { onFailure: from[6], onAbandoned: from[7] },
    ttlMs: from[8],
    keyRetentionMs: from[9],
    attempt: bytes.readUInt32BE(CLAIMED_AT + 20),
    token: token.text,
    purpose: from[10],
    claimedAt: bytes.readDoubleBE(CLAIMED_AT),
    predecessor: from[11],
    doubtSince: from[12],
    generations: from[14],
    history: from[15],
    request: request.bytes,
  }
  return withState(shared, bytes, from[13], outcome.bytes)
}

/** Whether results of steps are kept beside it. */
export function hasSteps(bytes: Buffer): boolean {
  return bytes[STEPS] === 0x31
}

/** From the state to the end of the token: see above. */
export function standOf(bytes: Buffer): Buffer {
  return bytes.subarray(STAND, standEnd(bytes))
}

/** Where the stand ends. */
export function standEnd(bytes: Buffer): number {
  const token = FIXED + 2 + bytes.readUInt16BE(FIXED)
  return token + 2 + bytes.readUInt16BE(token)
}

/** When it is due, as it stands in the head. */
export function dueIn(bytes: Buffer): StoreTime {
  return bytes.readDoubleBE(AT + 8)
}

export function createdIn(head: Buffer): StoreTime {
  return head.readDoubleBE(CLAIMED_AT + 8)
}

export function endedIn(head: Buffer): StoreTime {
  return head.readDoubleBE(AT)
}

/**
 * Where a receipt is, by its head alone: a receipt with the same times, of which the pure function says where it is. When
 * a settled one is past its key retention the head doesn't tell; Redis has then forgotten it.
 */
export function placeIn(head: Buffer, now: StoreTime): Place {
  const at = endedIn(head)
  const due = dueIn(head)
  const held = head[STAND + 1] !== 0x72
  const kept = head[STAND + 2] === 0x62
  const inProgress = IN_PROGRESS.includes(String.fromCharCode(head[STAND] as number))
  const facts = {
    policies: { onFailure: 'final', onAbandoned: held ? 'hold' : 'rerun' },
    ttlMs: due - at,
    keyRetentionMs: kept && !inProgress ? Number.POSITIVE_INFINITY : held && inProgress ? 0 : due - at,
    doubtSince: due - HELD_AT_LEAST_MS,
  } as Partial<ReceiptFacts> as ReceiptFacts
  return placeOf(withState(facts, head, null, kept ? new Uint8Array() : null), now)
}

/** Attempt, incarnation and token, as they stand in a receipt from byte 42 on. */
export function packFence(fence: { attempt: number; incarnation: string; token: string }): Buffer {
  const bytes = Buffer.allocUnsafe(4 + text16Length(fence.incarnation) + text16Length(fence.token))
  bytes.writeUInt32BE(fence.attempt, 0)
  writeText16(bytes, fence.token, writeText16(bytes, fence.incarnation, 4))
  return bytes
}

/** The latest moment that a receipt tells of: the store's time is never before it. */
export function latestIn(receipt: Receipt): StoreTime {
  return receipt.state === 'in_progress' ? receipt.claimedAt : Math.max(receipt.claimedAt, receipt.settledAt)
}

/**
 * When Redis itself forgets the receipt: at the end of its key retention. `null` for never: what is held is not
 * forgotten into a second payment.
 */
export function expiresAt(receipt: Receipt): StoreTime | null {
  if (receipt.state !== 'in_progress') return receipt.settledAt + receipt.keyRetentionMs
  return receipt.policies.onAbandoned === 'hold' ? null : receipt.leaseEndsAt + receipt.keyRetentionMs
}

/** 'r': run again, and forgotten by Redis when due. 'h': held, due so long after its lease. 'd': held, due at a fixed time. */
function lifeOf(receipt: Receipt): 'r' | 'h' | 'd' {
  if (receipt.policies.onAbandoned === 'rerun') return 'r'
  return receipt.doubtSince === null ? 'h' : 'd'
}

function letterOf(receipt: Receipt): Letter {
  switch (receipt.state) {
    case 'in_progress':
      return receipt.givenUp === null ? letters.running : letters[receipt.givenUp.as]
    case 'succeeded':
      return letters.succeeded
    case 'failed':
      return receipt.retryable ? letters.released : letters.failed
  }
}

/** It only grows under a fence, and with every refusal that is counted. */
function refusalsOf({ generations }: Receipt): number {
  let sum = 0
  for (const step in generations) sum += generations[step] ?? 0
  return sum
}

function factsText(receipt: Receipt): string {
  const facts: Facts = [
    receipt.tenant,
    receipt.operation,
    receipt.key,
    receipt.fingerprint.version,
    receipt.fingerprint.digest,
    receipt.credentials,
    receipt.policies.onFailure,
    receipt.policies.onAbandoned,
    receipt.ttlMs,
    receipt.keyRetentionMs,
    receipt.purpose,
    receipt.predecessor,
    receipt.doubtSince,
    receipt.state === 'in_progress' && receipt.givenUp?.as === 'in_doubt'
      ? receipt.givenUp.recoverableAt
      : null,
    receipt.generations,
    receipt.history,
  ]
  return JSON.stringify(facts)
}

function withState(
  facts: ReceiptFacts,
  bytes: Buffer,
  recoverableAt: StoreTime | null,
  outcome: Uint8Array | null,
): Receipt {
  const at = bytes.readDoubleBE(AT)
  const inProgress = (givenUp: InProgress['givenUp']): Receipt =>
    ({ ...facts, state: 'in_progress', leaseEndsAt: at, givenUp }) as InProgress
  switch (String.fromCharCode(bytes[STAND] as number) as Letter) {
    case letters.running:
      return inProgress(null)
    case letters.in_doubt:
      return inProgress({ as: 'in_doubt', recoverableAt: recoverableAt ?? at, refusal: outcome })
    case letters.tombstone:
      return inProgress({ as: 'tombstone' })
    case letters.succeeded:
      return { ...facts, state: 'succeeded', settledAt: at, outcome }
    case letters.failed:
      return { ...facts, state: 'failed', retryable: false, settledAt: at, outcome }
    case letters.released:
      return { ...facts, state: 'failed', retryable: true, settledAt: at, outcome }
    default:
      throw new NotAReceipt(bytes[0])
  }
}

function text16Length(text: string): number {
  return 2 + Buffer.byteLength(text)
}

function writeText16(bytes: Buffer, text: string, at: number): number {
  const length = bytes.write(text, at + 2, 'utf8')
  return bytes.writeUInt16BE(length, at) + length
}

function readText16(bytes: Buffer, at: number): { text: string; end: number } {
  const end = at + 2 + bytes.readUInt16BE(at)
  return { text: bytes.toString('utf8', at + 2, end), end }
}

function blobLength(blob: Uint8Array | null): number {
  return 4 + (blob?.length ?? 0)
}

function writeBlob(bytes: Buffer, blob: Uint8Array | null, at: number): number {
  const from = bytes.writeUInt32BE(blob === null ? 0 : blob.length + 1, at)
  if (blob === null) return from
  bytes.set(blob, from)
  return from + blob.length
}

/** A copy: the reply's buffer may be a part of a much larger one. */
function readBlob(bytes: Buffer, at: number): { bytes: Uint8Array | null; end: number } {
  const marked = bytes.readUInt32BE(at)
  if (marked === 0) return { bytes: null, end: at + 4 }
  const end = at + 4 + marked - 1
  if (end > bytes.length) throw new NotAReceipt(bytes[0])
  return { bytes: new Uint8Array(bytes.subarray(at + 4, end)), end }
}
