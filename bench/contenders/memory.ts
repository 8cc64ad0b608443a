import { memoryStore } from 'counterfoil/memory'
import type { OpenContender } from '../contender.ts'
import { counterfoil } from './counterfoil.ts'

export const openMemory: OpenContender = () => counterfoil(memoryStore({ maxReceipts: 10_000_000 }))
