import type { Proof } from '../proof.ts'
import type { HttpProofTerms } from './terms.ts'

/** What the proof was run with. Of header fields the names alone: their values may be secrets. */
export function toldTerms(terms: HttpProofTerms): Proof['terms'] {
  const { least, most } = terms.staggerMs
  const told: (readonly [string, string | number | undefined])[] = [
    ['method', terms.method],
    ['headers', terms.headers.map(([name]) => name).join(', ')],
    ['body', `${terms.body.length} bytes`],
    ['key header', terms.keyHeader],
    ['guarantee', terms.guarantee],
    ['lease', `${terms.leaseMs} ms`],
    ['margin', `${terms.marginMs} ms`],
    ['late', `${terms.lateMs} ms`],
    ['effects', terms.countEffects === undefined ? 'not counted' : 'counted'],
    ['requests', terms.requests],
    ['processes', terms.processes],
    ['rounds', terms.rounds],
    ['connections', terms.connections],
    ['stagger', `${least} to ${most} ms`],
    ['conflict expected', terms.expectConflict],
    ['as', terms.as?.map(([name]) => name).join(', ')],
    ['second path', terms.secondTarget?.split('?')[0]],
    ['answer within', `${terms.answerWithinMs} ms`],
  ]
  return told.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]]))
}
