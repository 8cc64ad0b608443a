import { httpProofs, type PlannedProof, ROUNDS } from '../plan/proofs.ts'
import { storeProofs } from '../plan/store-proofs.ts'
import { suiteCode } from '../plan/suite.ts'
import type { Design, Section } from './design.ts'
import { fenced, page } from './markdown.ts'

export function planSection({ answers, decision }: Design): Section {
  const http = answers.operation.reachedBy === 'http'
  const { name } = answers.operation
  return {
    title: 'Concurrency test plan',
    text: page(
      `Each command ends with 0 only if all of it held, with 1 if something is broken, and with 3 if something could not be shown. No double in ${ROUNDS} rounds bounds its rate at 3 in ${ROUNDS} (95 %); raise \`--rounds\` for a rarer race.`,
      ...(http
        ? [
            'At the service, with the configuration of section 10 in front of a staging copy. Effects are counted, for equal answers alone do not show that there was one.',
            ...httpProofs(answers, decision).flatMap(proofText),
          ]
        : []),
      ...(http ? ['At its store, which decides what a clock or a failover can do:'] : ['At its store:']),
      ...storeProofs(answers).flatMap(proofText),
      ...withoutCommand(answers),
      ...(http && decision.guarantee !== 'transactional'
        ? []
        : [
            `In the suite of the service, beside the module of section 10: \`${name}.test.ts\`, run by \`node --test\`.`,
            fenced('ts', suiteCode(answers, decision)),
          ]),
    ),
  }
}

/** What has no command, and why. */
function withoutCommand({ store, proof }: Design['answers']): readonly string[] {
  if (store.kind === 'sqlite')
    return [
      '**Skew and failover.** One host has one clock, and nothing takes over: there is none to prove. The file keeps the latest time that it has seen, so that a clock which is set back takes no lease.',
    ]
  if (proof.storeFailover === undefined)
    return [
      '**Failover.** No staging store can be restarted: this is not shown, and stays a risk that somebody has to take.',
    ]
  return store.failover === 'lags'
    ? [
        'A takeover by the standby is not among these: it may forget claims, and the design does not rely on it (section 8).',
      ]
    : []
}

function proofText({ title, shows, command }: PlannedProof): readonly string[] {
  return [`**${title}.** ${shows}`, fenced('sh', command)]
}
