import type { ServerResponse } from 'node:http'

type Problem = readonly [status: number, title: string, detail: string]
type ProblemName =
  | 'upstream-unreachable'
  | 'upstream-broke-off'
  | 'upstream-timeout'
  | 'tenant-missing'
  | 'target-invalid'
  | 'coding-unsupported'

const problems: Readonly<Record<ProblemName, Problem>> = {
  'upstream-unreachable': [502, 'The upstream could not be reached', 'Nothing ran; retry with the same key.'],
  'upstream-broke-off': [502, 'The upstream broke off', 'Whether the request ran is not known.'],
  'upstream-timeout': [504, 'The upstream did not answer in time', 'Whether the request ran is not known.'],
  'tenant-missing': [400, 'The tenant is missing', 'Send one field line that names the tenant.'],
  'coding-unsupported': [
    501,
    'The transfer coding is not supported',
    'Send the body in chunks, with no other transfer coding.',
  ],
  'target-invalid': [
    400,
    'The target is no path of the upstream',
    'Ask for a path without a fragment or dot segments.',
  ],
}

/** In the form of Counterfoil's own (docs/problems). */
export function sendProblem(response: ServerResponse, name: ProblemName): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const [status, title, detail] = problems[name]
  const type = `https://counterfoil.dev/problems/${name}`
  const body = JSON.stringify({
    type,
    title,
    status,
    detail,
    retry: status === 400 || status === 501 ? 'fix' : 'later',
    error: { type: name, message: detail },
  })
  response.writeHead(status, {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(body)
}
