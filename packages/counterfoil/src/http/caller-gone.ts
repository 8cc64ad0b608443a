/** The caller has left: there is nobody to answer. What it had started runs on. */
export class CallerGone extends Error {}
