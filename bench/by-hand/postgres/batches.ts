interface Waiting<Asked, Answered> {
  readonly asked: Asked
  readonly resolve: (answered: Answered) => void
  readonly reject: (error: unknown) => void
}

const IN_FLIGHT = 2
const LARGEST = 256

/** One alone goes at once; what comes while as many as may are under way goes together after them. */
export function lanes<Asked, Answered>(
  carry: (batch: readonly Asked[]) => Promise<Answered[]>,
): (asked: Asked) => Promise<Answered> {
  const queue: Waiting<Asked, Answered>[] = []
  let inFlight = 0
  let scheduled = false

  const depart = async (): Promise<void> => {
    const batch = queue.splice(0, LARGEST)
    inFlight += 1
    try {
      const answers = await carry(batch.map(({ asked }) => asked))
      batch.forEach(({ resolve }, index) => {
        resolve(answers[index] as Answered)
      })
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      inFlight -= 1
      if (queue.length > 0) void depart()
    }
  }

  /** After all callers of this turn have come. */
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      while (queue.length > 0 && inFlight < IN_FLIGHT) void depart()
    })
  }

  return (asked) =>
    new Promise((resolve, reject) => {
      queue.push({ asked, resolve, reject })
      if (inFlight < IN_FLIGHT) schedule()
    })
}
