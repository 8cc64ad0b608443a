import { certificateAdvice, type StoreFault, StoreUnavailable } from '../../core/index.ts'

export const STORE_NAME = 'Redis'

/** What is under a receipt's key is no receipt, or one of a newer version. */
export class NotAReceipt extends Error {
  readonly format: number | undefined
  constructor(format: number | undefined) {
    super(`format ${format ?? 'none'}`)
    this.format = format
  }
}

/** It was not even sent: Redis ends the connection over a value that is too large. */
export class TooLarge extends Error {}

/** No answer within the bound: it may have been written. */
export class NoAnswer extends Error {
  readonly afterMs: number
  constructor(afterMs: number) {
    super(`no answer within ${afterMs} ms`)
    this.afterMs = afterMs
  }
}

/** Written on the primary, and not acknowledged by as many replicas as asked for: it may be lost with the primary. */
export class TooFewReplicas extends Error {
  readonly acknowledged: number
  readonly wanted: number
  constructor(acknowledged: number, wanted: number) {
    super(`${acknowledged} of ${wanted} replicas`)
    this.acknowledged = acknowledged
    this.wanted = wanted
  }
}

interface Fault {
  readonly fault: StoreFault
  readonly advice: string
}

/**
 * `StoreUnavailable` with one sentence that says what to do. No password, key or value of a receipt is in it: of the
 * server's own message only its first word, which is its code, is ever shown.
 */
export function unavailable(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return error
  const { fault, advice } = faultOf(error)
  return new StoreUnavailable(STORE_NAME, fault, advice)
}

export function closed(): StoreUnavailable {
  return new StoreUnavailable(STORE_NAME, 'closed', 'is closed; open another one')
}

function faultOf(error: unknown): Fault {
  if (error instanceof NotAReceipt) return ofBytes(error)
  if (error instanceof TooLarge) return TOO_LARGE
  if (error instanceof NoAnswer) {
    return {
      fault: 'unreachable',
      advice: `did not answer within ${error.afterMs} ms; the request can be sent again, and counts once`,
    }
  }
  if (error instanceof TooFewReplicas) {
    return {
      fault: 'unreachable',
      advice: `has written, but only ${error.acknowledged} of the ${error.wanted} replicas that 'waitForReplicas' asks for acknowledged it in time; send the request again once they have caught up: it counts once`,
    }
  }
  const certificate = certificateAdvice(error)
  if (certificate !== undefined) return { fault: 'unreachable', advice: certificate }
  return byCode[codeOf(error)] ?? unknownFault(error)
}

/** Waiting for a connection would not help: somebody has to put it right. */
export function isRefusal(error: unknown): boolean {
  return ['NOAUTH', 'WRONGPASS'].includes(codeOf(error)) || certificateAdvice(error) !== undefined
}

function ofBytes({ format }: NotAReceipt): Fault {
  return format !== undefined && format > 1 && format < 32
    ? {
        fault: 'newer_version',
        advice: `holds a receipt that a newer version of Counterfoil wrote (format ${format}); upgrade this one`,
      }
    : {
        fault: 'corrupt',
        advice:
          'has something else than a receipt under a key of its prefix; give it a prefix that nothing else uses',
      }
}

const NO_CLUSTER_CLIENT: Fault = {
  fault: 'failed',
  advice:
    "is on one node of a Cluster, and the receipt belongs on another; give it a Cluster client ('redis+cluster://…' in a URL)",
}

/** By the first word of the server's answer: the Redis manual calls it the error's prefix. */
const byCode: Readonly<Record<string, Fault>> = {
  OOM: {
    fault: 'full',
    advice:
      "takes no new receipt: the server is at its 'maxmemory'; give it more, or shorten ttl and key retention; what is stored is safe",
  },
  READONLY: {
    fault: 'read_only',
    advice:
      'may not write: the server is a replica; connect to the primary, by Sentinel or Cluster where it can move',
  },
  MISCONF: {
    fault: 'read_only',
    advice:
      "may not write: the server can't save to its disk (MISCONF); see its log, and free or repair the disk",
  },
  NOREPLICAS: {
    fault: 'read_only',
    advice:
      "may not write: the server has fewer replicas than its 'min-replicas-to-write' asks for; bring them back",
  },
  WRONGTYPE: {
    fault: 'corrupt',
    advice:
      'has something else than a receipt under a key of its prefix; give it a prefix that nothing else uses',
  },
  NOAUTH: { fault: 'unreachable', advice: 'asks for a password (NOAUTH); put the right one into the client' },
  WRONGPASS: {
    fault: 'unreachable',
    advice: 'refuses the password or the user (WRONGPASS); put the right ones into the client',
  },
  NOPERM: {
    fault: 'failed',
    advice:
      'lets this user not do what it needs (NOPERM); the README of the store lists the commands and keys',
  },
  LOADING: { fault: 'unreachable', advice: 'is still loading its data from disk; try again shortly' },
  BUSY: { fault: 'unreachable', advice: "is busy with somebody's long script (BUSY); end it by SCRIPT KILL" },
  MASTERDOWN: {
    fault: 'unreachable',
    advice: 'is a replica that has lost its primary; try again after the failover',
  },
  CLUSTERDOWN: {
    fault: 'unreachable',
    advice: 'has slots that no node serves just now (CLUSTERDOWN); see CLUSTER INFO',
  },
  MOVED: NO_CLUSTER_CLIENT,
  // Of calls that went together.
  CROSSSLOT: NO_CLUSTER_CLIENT,
  TRYAGAIN: { fault: 'unreachable', advice: 'is moving this slot to another node; try again shortly' },
  UNBLOCKED: {
    fault: 'unreachable',
    advice: 'changed from primary to replica meanwhile; try again after the failover',
  },
}

function unknownFault(error: unknown): Fault {
  const code = codeOf(error)
  if (code === 'ERR' && messageOf(error).includes('string exceeds maximum allowed size')) return TOO_LARGE
  if (isServersAnswer(error)) {
    return {
      fault: 'failed',
      advice: `answered with an error (${code}); see its log, and the README of the store for the versions that it needs`,
    }
  }
  // node-redis tells only so much: the servers may be down, or know nothing of a Cluster.
  if (error instanceof Error && error.constructor.name === 'RootNodesUnavailableError') return NO_CLUSTER
  const system =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const name = system ?? (error instanceof Error ? error.constructor.name : 'an unknown error')
  return {
    fault: 'unreachable',
    advice: `can't be reached or lost the connection (${name}); check the address and the server; the request can be sent again, and counts once`,
  }
}

const NO_CLUSTER: Fault = {
  fault: 'unreachable',
  advice:
    "finds none of the Cluster's nodes; start them, put their addresses right, or name a server that is no Cluster by 'redis://…'",
}

const TOO_LARGE: Fault = {
  fault: 'too_large',
  advice: 'takes no outcome, request or step as large as this one (a value of Redis holds at most 512 MB)',
}

export function codeOf(error: unknown): string {
  return /^[A-Z]+(?=\s|$)/.exec(messageOf(error))?.[0] ?? ''
}

/** Both drivers give the server's own answers a class of that name. */
function isServersAnswer(error: unknown): boolean {
  return (
    error instanceof Error && /^(ReplyError|SimpleError|BlobError|ErrorReply)$/.test(error.constructor.name)
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}
