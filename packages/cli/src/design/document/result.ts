import { sizeText } from '../../terminal/size.ts'
import type { Design, Section } from './design.ts'
import { list, page } from './markdown.ts'

export function resultSection({ answers, decision }: Design): Section {
  const size = sizeText(answers.load.outcomeBytes)
  const most = sizeText(decision.captureBytes)
  const http = answers.operation.reachedBy === 'http' && decision.guarantee !== 'transactional'
  return {
    title: 'Result capture',
    text: page(
      http
        ? 'The status, the field lines in their order and spelling, and the body’s bytes are kept, and given back unchanged. A replay has one field more: `Idempotent-Replayed: true`.'
        : 'What the function returns is kept as JSON. The first caller too is given the decoded copy, so that a value which does not survive storage (a Date, a class) shows in the first test and not in the first retry.',
      list([
        ...(http
          ? [
              'Not kept, since it belongs to one exchange or one caller: `Date`, `Set-Cookie`, `WWW-Authenticate`, `Access-Control-*`, `RateLimit-*`, `Server-Timing`, and the fields of the connection.',
            ]
          : []),
        `Kept up to ${most}: four times what was said to be usual (${size}), and no less than 1 MiB. A larger one still reaches its first caller; the receipt says so, and a retry is told that it ran. It is never run again for that.`,
        decision.guarantee === 'transactional'
          ? 'It is settled in the transaction of the effect: nobody holds an outcome that was not committed.'
          : 'It is settled before any caller has it: nobody holds an outcome that the store does not. Where settling fails it is tried until the lease ends; then the caller gets it, and the receipt stays unsettled, which is reported (`unsettled`).',
        ...(http
          ? [
              'A caller who hangs up stops nothing: the attempt runs on and settles, and the retry gets its outcome.',
              'A response that breaks off midway is a failure, and never kept as a success.',
            ]
          : []),
        ...(decision.steps
          ? [
              'Each effect is a step whose result is kept under the fence. An attempt after a crash goes on after those that are done.',
            ]
          : []),
      ]),
    ),
  }
}
