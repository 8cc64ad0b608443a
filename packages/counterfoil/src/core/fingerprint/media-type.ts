/** A media type (RFC 9110, section 8.3.1). */
export interface MediaType {
  /** `type/subtype`, in lower case. */
  readonly essence: string
  /** Sorted by name; those of one name in the order in which they came. */
  readonly parameters: readonly MediaTypeParameter[]
}

export interface MediaTypeParameter {
  /** In lower case. */
  readonly name: string
  /** Without its quotes. A `charset` is in lower case (section 8.3.2), all others are as received. */
  readonly value: string
}

/** Takes a `Content-Type` field's value; `undefined` where it is malformed, or more than one. */
export function parseMediaType(field: string): MediaType | undefined {
  const start = essencePattern.exec(field)
  if (start === null) return undefined
  const parameters = parseParameters(field, start[0].length)
  return parameters && { essence: (start[1] as string).toLowerCase(), parameters }
}

/** `application/json`, `text/json` (WHATWG MIME Sniffing, section 4.6), or a subtype that ends in `+json` (RFC 6839). */
export function isJson({ essence }: MediaType): boolean {
  return essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json')
}

export function isMultipart({ essence }: MediaType): boolean {
  return essence.startsWith('multipart/')
}

/** JSON is UTF-8, whether its type says so or not (RFC 8259, section 8.1). */
export function saysUtf8({ name, value }: MediaTypeParameter): boolean {
  return name === 'charset' && value === 'utf-8'
}

/** What tells the media types of two parsed bodies apart: neither its spelling nor a multipart body's random boundary. */
export function comparableMediaType(field: string): string {
  const type = parseMediaType(field)
  if (type === undefined) return field
  const left = type.parameters.filter(
    (parameter) =>
      !(isJson(type) && saysUtf8(parameter)) && !(isMultipart(type) && parameter.name === 'boundary'),
  )
  return [type.essence, ...left.map(({ name, value }) => `${name}=${JSON.stringify(value)}`)].join(';')
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const quoted = '"((?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t \\x21-\\x7e\\x80-\\xff])*)"'
const essencePattern = new RegExp(`^[ \\t]*(${token}/${token})[ \\t]*`)
const parameterPattern = new RegExp(`;[ \\t]*(?:(${token})=(?:(${token})|${quoted})[ \\t]*)?`, 'y')

function parseParameters(field: string, from: number): MediaTypeParameter[] | undefined {
  const parameters: MediaTypeParameter[] = []
  parameterPattern.lastIndex = from
  while (parameterPattern.lastIndex < field.length) {
    const match = parameterPattern.exec(field)
    if (match === null) return undefined
    const [, name, plain, escaped] = match
    if (name === undefined) continue // a parameter may be empty
    parameters.push(parameter(name.toLowerCase(), plain ?? (escaped as string).replaceAll(/\\(.)/g, '$1')))
  }
  return parameters.sort((one, other) => (one.name === other.name ? 0 : one.name < other.name ? -1 : 1))
}

function parameter(name: string, value: string): MediaTypeParameter {
  return { name, value: name === 'charset' ? value.toLowerCase() : value }
}
