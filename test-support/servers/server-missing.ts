/** A server that can be had in none of the ways; the message says what to do about it. */
export class ServerMissing extends Error {
  override readonly name = 'ServerMissing'
}

/** What is told of a server that is missing: why, what to install, and which variable says where one is. */
export function serverMissing(
  server: string,
  reason: string,
  install: string,
  variable: string,
): ServerMissing {
  return new ServerMissing(`${server} is missing: ${reason}. Install it (${install}), or set ${variable}.`)
}
