import { durationText } from 'counterfoil'
import type { Answers } from '../answers/answers.ts'
import {
  canBeAsked,
  isHarmful,
  isTransactional,
  isUnguarded,
  keyMemoryOf,
  slowestMs,
} from '../answers/judged.ts'
import { type Misfit, none, type Rule } from './misfit.ts'

/** What is promised, against what the effects can give. */
export const promiseRules: readonly Rule[] = [
  exactlyOnceNeedsAKey,
  exactlyOnceIsBoundedByTheMemory,
  rerunsNeedHarmlessEffects,
  finishingNeedsAnAnswer,
]

function exactlyOnceNeedsAKey(answers: Answers): readonly Misfit[] {
  if (answers.operation.promise !== 'exactly-once' || isTransactional(answers)) return none
  return answers.effects.flatMap((effect, at) =>
    effect.place.is === 'elsewhere' && isUnguarded(effect)
      ? [
          {
            id: 'exactly-once-without-a-key',
            about: ['operation.promise', `effects.${at}.key-memory`],
            says: `exactly once is asked, and ${effect.name} takes no key: a crash after it was called and before its answer came leaves open whether it happened, and no receipt can tell.`,
            change:
              'Ask for at-most-once (a crash holds the key until somebody says what happened), or call a system that deduplicates by a key.',
          },
        ]
      : [],
  )
}

function exactlyOnceIsBoundedByTheMemory(answers: Answers): readonly Misfit[] {
  if (answers.operation.promise === 'at-most-once') return none
  const slowest = slowestMs(answers)
  return answers.effects.flatMap((effect, at) => {
    const memory = keyMemoryOf(effect)
    if (memory === undefined || memory >= slowest || !isHarmful(effect)) return []
    return [
      {
        id: 'key-memory-shorter-than-retries',
        about: [`effects.${at}.key-memory`, ...retriersAfter(answers, memory)],
        says: `${effect.name} forgets a key after ${durationText(memory)}, and a retry may come ${durationText(slowest)} after the first request: what runs then is a second effect.`,
        change: `Bound the retries to ${durationText(memory)}, or ask for at-most-once.`,
      },
    ]
  })
}

function retriersAfter({ retries }: Answers, ms: number): readonly string[] {
  return retries.flatMap(({ untilMs }, at) => (untilMs > ms ? [`retries.${at}.until`] : []))
}

function rerunsNeedHarmlessEffects(answers: Answers): readonly Misfit[] {
  if (answers.operation.promise !== 'at-least-once' || isTransactional(answers)) return none
  return answers.effects.flatMap((effect, at) =>
    isUnguarded(effect)
      ? [
          {
            id: 'rerun-of-a-harmful-effect',
            about: ['operation.promise', `effects.${at}.repeated`],
            says: `at-least-once runs an attempt that broke off again, and a second ${effect.name} does harm.`,
            change: `Ask for at-most-once, or make a second ${effect.name} harmless: by a key that it deduplicates by, or by writing it as an upsert.`,
          },
        ]
      : [],
  )
}

function finishingNeedsAnAnswer(answers: Answers): readonly Misfit[] {
  const { operation, failure, effects } = answers
  if (failure.ifNobodyRetries !== 'finish-it' || operation.promise !== 'at-most-once') return none
  const silent = effects.findIndex((effect) => isHarmful(effect) && !canBeAsked(effect))
  if (silent < 0 || isTransactional(answers)) return none
  return [
    {
      id: 'nobody-can-say-what-happened',
      about: ['failure.if-nobody-retries', `effects.${silent}.can-be-asked`],
      says: `under at-most-once an attempt that broke off is finished by asking what it did, and ${effects[silent]?.name} cannot be asked.`,
      change: 'Say tell-an-operator, or have that system answer by the key whether the effect happened.',
    },
  ]
}
