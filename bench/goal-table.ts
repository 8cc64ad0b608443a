import { type Goal, isReached } from './goals.ts'
import { figures, table } from './table.ts'

export function goalTable(all: readonly Goal[]): string {
  const rows = all.map((goal) => {
    const wanted = 'atLeast' in goal.goal ? `≥ ${goal.goal.atLeast}` : `≤ ${goal.goal.atMost}`
    const reached = isReached(goal)
    return [
      goal.name,
      ...(goal.measured ? figures(goal.measured, ` ${goal.unit}`) : ['not measured', '']),
      `${wanted} ${goal.unit}`,
      reached === undefined ? '' : reached ? 'reached' : 'not reached',
    ]
  })
  return `goals\n${table(['what', 'measured', '', 'goal', ''], rows)}`
}
