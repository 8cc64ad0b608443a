import { parseSync } from 'oxc-parser'

/**
 * The names of the tests in a file, each with the names of the suites around it in front, as a runner prints them. What
 * is put in only when they run (`${rounds}`, `%s`, `$name`) is `…`.
 */
export function testNames(path: string, text: string): readonly string[] {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`)
  const names: string[] = []
  collect(program, '', names)
  return names
}

interface Node {
  readonly type: string
  readonly [member: string]: unknown
}

function collect(value: unknown, around: string, names: string[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, around, names)
  } else if (isNode(value)) {
    const named = namedCall(value)
    if (named?.by === 'test') names.push(around + named.name)
    const inside = named?.by === 'suite' ? `${around}${named.name} ` : around
    for (const member of Object.values(value)) collect(member, inside, names)
  }
}

const kinds: Readonly<Record<string, 'test' | 'suite'>> = { it: 'test', test: 'test', describe: 'suite' }

/** `it('…')`, `test.skipIf(…)('…')`, `describe.each(…)('…')`, and the like. */
function namedCall(node: Node): { readonly by: 'test' | 'suite'; readonly name: string } | undefined {
  if (node.type !== 'CallExpression') return undefined
  const by = kinds[calledFirst(node.callee)]
  const name = nameOf((node.arguments as readonly unknown[])[0])
  return by === undefined || name === undefined ? undefined : { by, name }
}

/** The `it` of `it.skipIf(…).each(…)`. */
function calledFirst(callee: unknown): string {
  let first = callee
  while (isNode(first) && first.type !== 'Identifier')
    first = first.type === 'MemberExpression' ? first.object : first.callee
  return isNode(first) ? String(first.name) : ''
}

function nameOf(argument: unknown): string | undefined {
  if (!isNode(argument)) return undefined
  if (argument.type === 'Literal' && typeof argument.value === 'string') return filledIn(argument.value)
  if (argument.type !== 'TemplateLiteral') return undefined
  const parts = argument.quasis as readonly { readonly value: { readonly cooked: string } }[]
  return filledIn(parts.map(({ value }) => value.cooked).join('…'))
}

function filledIn(name: string): string {
  return name.replaceAll(/%[sdifjoOc]|\$[A-Za-z_][\w.]*/g, '…')
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}
