import { durationText } from 'counterfoil'
import type { StoreKind } from '../answers/answers.ts'
import { isHarmful, isUnguarded, slowestMs } from '../answers/judged.ts'
import { names } from '../decision/guarantee.ts'
import type { Design } from './design.ts'
import { capital, page, table } from './markdown.ts'

export const storeNames: Readonly<Record<StoreKind, string>> = {
  memory: 'memory',
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  redis: 'Redis',
}

/** What it is about, what is decided, and what is not promised. */
export function opening({ answers, decision, file }: Design): string {
  const { operation, effects, store, load } = answers
  const { guarantee, keyRetention, ttl, wait } = decision
  return page(
    `# Design: ${operation.name}`,
    `<!-- Written by \`counterfoil design ${file}\`. Change the answers, not this page. -->`,
    `${capital(reached(answers))}. It changes ${names(effects)}. Asked for: **${operation.promise}**, at ${load.perSecond} requests a second and ${load.peakPerSecond} at the peak.`,
    table(
      ['decided', '', 'section'],
      [
        ['guarantee', `**${guarantee}**`, '7'],
        ['receipts', `${storeNames[store.kind]}, \`${store.url}\``, '2, 3, 8'],
        ['an outcome is replayed for', durationText(ttl.ms), '1'],
        ['a key is remembered for', durationText(keyRetention.ms), '1'],
        ...afterACrash(decision),
        [
          'a duplicate in flight',
          wait.ms === 0 ? 'is refused at once' : `waits up to ${durationText(wait.ms)}`,
          '5',
        ],
      ],
    ),
    `**Not promised.** ${notPromised({ answers, decision }).join(' ')}`,
  )
}

function afterACrash({ recovery, lease }: Design['decision']): readonly (readonly string[])[] {
  const lapsed = `once its lease (${durationText(lease.ms)}) has lapsed`
  const becomes = {
    not_needed: undefined,
    asked: `is asked about ${lapsed}`,
    rerun: `is run again ${lapsed}`,
    operator: `is held ${lapsed}, until an operator says`,
  }[recovery.is]
  return becomes === undefined ? [] : [['an attempt that crashed', becomes, '7']]
}

function reached({ operation, retries }: Design['answers']): string {
  const by = [...new Set(retries.map(({ by }) => by))].join(', ')
  const how = {
    http: `\`${operation.route}\`, a request`,
    queue: 'a message from a queue',
    call: 'a call in a service or a job',
  }[operation.reachedBy]
  return `${how}, sent again by: ${by}`
}

function notPromised({ answers, decision }: Pick<Design, 'answers' | 'decision'>): string[] {
  const { effects, store } = answers
  const unguarded = effects.filter(isUnguarded)
  const guarded = effects.filter((effect) => isHarmful(effect) && !isUnguarded(effect))
  const outside = effects.some(({ place }) => place.is === 'elsewhere')
  return [
    `Anything after ${durationText(decision.keyRetention.ms)}: a key that is forgotten runs again.`,
    ...(unguarded.length > 0 && outside
      ? [
          `That ${names(unguarded)} happens: it takes no key, so that an attempt that broke off is held and not repeated; and an attempt that was stopped past its lease may still act once somebody has released it.`,
        ]
      : []),
    ...(guarded.length > 0
      ? [
          `One effect of ${names(guarded)} beyond what it remembers of keys (the slowest retry comes after ${durationText(slowestMs(answers))}).`,
        ]
      : []),
    store.failover === 'lags'
      ? 'That a failover keeps the latest receipts: what the standby had not seen runs again.'
      : store.kind === 'sqlite'
        ? 'That receipts survive the loss of the one disk that they are on.'
        : 'More than the store survives: see 8.',
  ]
}
