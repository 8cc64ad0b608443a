import { httpProofs, type Proof, ROUNDS } from '../plan/proofs.ts'
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
      ...(answers.proof.storeRestart === undefined
        ? [
            '**Failover**: nothing takes over, so there is none to prove. A restart of the process is a crash, above.',
          ]
        : []),
      ...(http && decision.guarantee !== 'transactional'
        ? []
        : [
            `In the suite of the service, beside the module of section 10: \`${name}.test.ts\`, run by \`node --test\`.`,
            fenced('ts', suiteCode(answers, decision)),
          ]),
    ),
  }
}

function proofText({ title, shows, command }: Proof): readonly string[] {
  return [`**${title}.** ${shows}`, fenced('sh', command)]
}
