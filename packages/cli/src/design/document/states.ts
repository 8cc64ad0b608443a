import { stateDiagram } from 'counterfoil'
import type { Design, Section } from './design.ts'
import { fenced, list, page } from './markdown.ts'

export function statesSection({ decision }: Design): Section {
  return {
    title: 'States',
    text: page(
      'Drawn from the transition table that the decisions are tested against. An arrow is labelled with who moves a receipt along it; `[*]` is a key of which nothing is known.',
      fenced('mermaid', stateDiagram()),
      list(ofThis(decision)),
    ),
  }
}

function ofThis({ guarantee, recovery }: Design['decision']): readonly string[] {
  switch (guarantee) {
    case 'transactional':
      return [
        'Others see committed states alone: a receipt goes from nothing to `succeeded`, or to `failed` where the handler said `rejected`. `in_progress` is never seen, and there is no lease.',
        '`abandoned` is reached only where a handler commits behind the store’s back. Then nobody knows what was done, and it is held.',
      ]
    case 'at-most-once':
      return [
        'A handler that throws leads to `failed`, for good; an error of the network leads to `abandoned`, since nobody knows what it left.',
        recovery.is === 'asked'
          ? '`abandoned` is left by a claim that can recover, by an operator, or by its own holder that settles late, before anybody took over. No retry leaves it otherwise.'
          : '`abandoned` is left by an operator, or by its own holder that settles late, before anybody took over. No retry leaves it.',
        'Held for 30 days from its first lapse, it becomes a `tombstone` that time does not remove: an unknown effect is never forgotten into a second one.',
      ]
    case 'at-least-once':
      return [
        'A handler that throws leads to `released`, an error of the network to `abandoned`: the next request runs, attempt + 1.',
        '`abandoned` is left by the next request, which runs as attempt + 1 and is told so; or by its own holder that settles late, before anybody took over.',
      ]
  }
}
