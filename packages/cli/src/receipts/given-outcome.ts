import { readFile } from 'node:fs/promises'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Outcome } from 'counterfoil'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'

/** The outcome that an operator found out about: a value, a failure, or an HTTP response. */
export interface GivenOutcomeOptions {
  readonly as: 'succeeded' | 'failed'
  readonly jsonValue?: string
  readonly valueFile?: string
  readonly nothing?: boolean
  readonly error?: string
  readonly errorName?: string
  readonly errorCode?: string
  readonly status?: number
  readonly header?: readonly string[]
  readonly bodyFile?: string
}

export async function givenOutcome(options: GivenOutcomeOptions, io: Io): Promise<Outcome> {
  const { jsonValue, valueFile, nothing, error, status } = options
  const given = [jsonValue, valueFile, nothing, error, status].filter((one) => one !== undefined)
  if (given.length !== 1) throw usage(whatToGive)
  assertTogether(options)
  if (status !== undefined) return await response(status, options, io)
  if (error !== undefined) return failure(error, options)
  if (options.as === 'failed')
    throw usage('A failure is given by --error <message> or by --status, not by a value.')
  if (jsonValue !== undefined) return { kind: 'value', value: { form: 'json', bytes: jsonBytes(jsonValue) } }
  if (valueFile !== undefined) {
    return { kind: 'value', value: { form: 'bytes', bytes: await fileBytes('--value-file', valueFile, io) } }
  }
  return { kind: 'value', value: { form: 'nothing', bytes: new Uint8Array() } }
}

const whatToGive =
  'Give retries one outcome: --json-value, --value-file or --nothing for a function; --error for a failure; --status (with --header and --body-file) for an HTTP response.'

function assertTogether({
  status,
  error,
  header,
  bodyFile,
  errorName,
  errorCode,
}: GivenOutcomeOptions): void {
  if (status === undefined && (header !== undefined || bodyFile !== undefined)) {
    throw usage('--header and --body-file belong to an HTTP response: give its --status too.')
  }
  if (error === undefined && (errorName !== undefined || errorCode !== undefined)) {
    throw usage('--error-name and --error-code belong to a failure: give its message by --error too.')
  }
}

function failure(message: string, { as, errorName, errorCode }: GivenOutcomeOptions): Outcome {
  if (as === 'succeeded') throw usage('--error describes a failure: use --as failed.')
  return { kind: 'failure', failure: { name: errorName ?? 'Error', message, code: errorCode ?? null } }
}

function jsonBytes(text: string): Uint8Array {
  try {
    JSON.parse(text)
  } catch (cause) {
    throw usage(
      `--json-value is not JSON; quote it for your shell, such as --json-value '{"id":"ch_1"}'.`,
      cause,
    )
  }
  return new TextEncoder().encode(text)
}

/** Statuses that come without a body (RFC 9110 §15.3.5, §15.4.5). */
const bodiless = [204, 205, 304]

async function response(status: number, options: GivenOutcomeOptions, io: Io): Promise<Outcome> {
  const body =
    options.bodyFile === undefined ? new Uint8Array() : await fileBytes('--body-file', options.bodyFile, io)
  if (bodiless.includes(status) && body.length > 0)
    throw usage(`A response ${status} has no body: leave --body-file out.`)
  return {
    kind: 'response',
    status,
    headers: (options.header ?? []).map((line) => fieldLine(line, body)),
    body,
  }
}

/** What belongs to one connection, and would be wrong in every replay. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

function fieldLine(line: string, body: Uint8Array): readonly [name: string, value: string] {
  const [, name, value] = /^([^:]*):[ \t]*(.*?)[ \t]*$/s.exec(line) ?? []
  if (name === undefined || value === undefined) throw usage(`--header takes 'Name: value'.`)
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch (cause) {
    throw usage(`--header takes 'Name: value' as HTTP allows them.`, cause)
  }
  if (hopByHop.includes(name.toLowerCase()))
    throw usage(`${name} belongs to one connection, and is not part of an outcome.`)
  if (name.toLowerCase() === 'content-length' && value !== String(body.length)) {
    throw usage(`Content-Length is ${value} and the body has ${body.length} bytes.`)
  }
  return [name, value]
}

async function fileBytes(option: string, path: string, io: Io): Promise<Uint8Array> {
  if (path === '-') return await io.readStdin()
  try {
    return await readFile(path)
  } catch (cause) {
    throw usage(`${option}: the file ${path} cannot be read.`, cause)
  }
}

function usage(sentence: string, cause?: unknown): CommandError {
  return new CommandError(exitCodes.usage, sentence, { cause })
}
