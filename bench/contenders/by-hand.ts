import { join } from 'node:path'
import { byHand } from '../by-hand/by-hand.ts'
import { groupedLane } from '../by-hand/grouped-lane.ts'
import { groupedInWorkerLane } from '../by-hand/grouped-worker-lane.ts'
import { stepLane } from '../by-hand/step-lane.ts'
import type { OpenContender, Place } from '../contender.ts'

export const openStepByStep: OpenContender = (place) => byHand(stepLane(fileIn(place)))
export const openGrouped: OpenContender = (place) => byHand(groupedLane(fileIn(place)))
export const openGroupedInWorker: OpenContender = (place) => byHand(groupedInWorkerLane(fileIn(place)))

function fileIn({ folder }: Place): string {
  return join(folder, 'by-hand.db')
}
