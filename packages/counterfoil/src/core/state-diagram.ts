import { transitions } from './transitions.ts'

/**
 * The transition table as a Mermaid state diagram: one arrow for each pair of places, with all who move a receipt along it.
 * What is absent is the start and the end.
 */
export function stateDiagram(): string {
  const arrows = new Map<string, Set<string>>()
  for (const { from, to, by } of transitions) {
    const arrow = `${place(from)} --> ${place(to)}`
    arrows.set(arrow, (arrows.get(arrow) ?? new Set()).add(by))
  }
  const lines = [...arrows].map(([arrow, movers]) => `  ${arrow}: ${[...movers].join(', ')}`)
  return ['stateDiagram-v2', ...lines].join('\n')
}

function place(name: string): string {
  return name === 'absent' ? '[*]' : name
}
