import type { ContenderName, OpenContender } from './contender.ts'

/** Loads no more than the one that is measured. */
export async function contenderOf(name: ContenderName): Promise<OpenContender> {
  switch (name) {
    case 'memory':
      return (await import('./contenders/memory.ts')).openMemory
    case 'sqlite':
      return (await import('./contenders/sqlite.ts')).openSqlite
    case 'by-hand':
      return (await import('./contenders/by-hand.ts')).openStepByStep
    case 'grouped':
      return (await import('./contenders/by-hand.ts')).openGrouped
    case 'grouped-worker':
      return (await import('./contenders/by-hand.ts')).openGroupedInWorker
  }
}
