import { IgnoredMemberInvalid } from './errors.ts'
import { pointerTokens } from './json-pointer.ts'

/**
 * Members that a fingerprint leaves out, compiled by `ignoredMembers`: a trie over member names. An array's elements
 * are named by their index; an element left out closes up, so that a list with it and one without it are one request.
 */
export interface IgnoredMembers {
  /** This member is left out, with all that is in it. */
  readonly whole: boolean
  readonly members: ReadonlyMap<string, IgnoredMembers>
}

/**
 * Compiles JSON Pointers (RFC 6901), such as `/meta/traceId`, `/items/0/at`, or `/a~1b` for the member `a/b`. One that
 * points at nothing leaves nothing out. There are no wildcards.
 *
 * @throws {IgnoredMemberInvalid} where a pointer is malformed, or names the whole request.
 */
export function ignoredMembers(pointers: readonly string[]): IgnoredMembers {
  const root = leaf()
  for (const pointer of pointers) {
    let node = root
    for (const token of tokensOf(pointer)) node = descend(node, token)
    node.whole = true
  }
  return root
}

interface Node extends IgnoredMembers {
  whole: boolean
  readonly members: Map<string, Node>
}

function leaf(): Node {
  return { whole: false, members: new Map() }
}

function descend(node: Node, token: string): Node {
  const next = node.members.get(token) ?? leaf()
  node.members.set(token, next)
  return next
}

function tokensOf(pointer: unknown): string[] {
  if (typeof pointer !== 'string') throw new IgnoredMemberInvalid(String(pointer), 'is not text')
  if (pointer === '') throw new IgnoredMemberInvalid(pointer, 'is the whole request')
  const tokens = pointerTokens(pointer)
  if (tokens === undefined) throw new IgnoredMemberInvalid(pointer, 'is malformed')
  return tokens
}
