import { describeStore } from 'counterfoil'
import type { Answers } from '../answers/answers.ts'
import { type Decision, decide } from '../decision/decision.ts'
import { claimSection } from './claim.ts'
import { cleanupSection } from './cleanup.ts'
import { concurrencySection } from './concurrency.ts'
import { configurationSection } from './configuration.ts'
import type { Design } from './design.ts'
import { failureSection } from './failure.ts'
import { keySection } from './key.ts'
import { page } from './markdown.ts'
import { opening } from './opening.ts'
import { planSection } from './plan.ts'
import { resultSection } from './result.ts'
import { schemaSection } from './schema.ts'
import { statesSection } from './states.ts'

/**
 * The whole document. The layout, the claim and the states come from the library; nothing of them is written here.
 *
 * @param answers in which there are no misfits
 * @param file the name of the file that they stand in
 */
export async function designDocument(answers: Answers, file: string): Promise<string> {
  const decision: Decision = decide(answers)
  const design: Design = { answers, decision, store: await describeStore(answers.store.url), file }
  const sections = [
    keySection,
    schemaSection,
    claimSection,
    statesSection,
    concurrencySection,
    resultSection,
    failureSection,
    cleanupSection,
    planSection,
    configurationSection,
  ]
  const numbered = sections.map((section, at) => {
    const { title, text } = section(design)
    return `## ${at + 1}. ${title}\n\n${text}`
  })
  return `${page(opening(design), ...numbered)}\n`
}
