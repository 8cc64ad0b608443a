/** A test's own `onTestFinished`: of tests that run at once, each ends what is its own. */
export type AtTheEnd = (end: () => void | Promise<void>) => void
