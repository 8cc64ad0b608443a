import { isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { CommandError } from '../../command-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { checks, type GatewayFlags, routeSettings, type SettingName } from '../flags.ts'
import { nearest } from './nearest.ts'
import { type RoutePattern, routePattern } from './route-pattern.ts'

/** A configuration file: the flags' values at its top, and those that each route has of its own. */
export interface Config {
  readonly settings: Partial<GatewayFlags>
  /** In the file's order: the first that matches counts. */
  readonly routes: readonly ConfiguredRoute[]
}

export interface ConfiguredRoute {
  readonly pattern: RoutePattern
  readonly settings: Partial<GatewayFlags>
  /** Where it stands: `counterfoil.yaml:7`. */
  readonly at: string
}

/** @param file its name, for errors. @throws {CommandError} one sentence that names the file and the line. */
export function loadConfig(text: string, file: string): Config {
  return new Loader(text, file).load()
}

class Loader {
  readonly #text: string
  readonly #file: string
  readonly #lines = new LineCounter()

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
  }

  load(): Config {
    const document = parseDocument(this.#text, { lineCounter: this.#lines, prettyErrors: false })
    const [fault] = [...document.errors, ...document.warnings]
    if (fault) return this.#wrong(fault.pos[0], `this is not YAML: ${fault.message.replace(/\.?$/, '.')}`)
    if (document.contents === null) return { settings: {}, routes: [] }
    if (!isMap(document.contents))
      return this.#wrong(0, 'give settings by their names, such as upstream: http://127.0.0.1:3000.')
    const pairs = document.contents.items
    const routes = pairs.find(({ key }) => nameOf(key) === 'routes')
    return {
      settings: this.#settings(
        pairs.filter((pair) => pair !== routes),
        Object.keys(checks) as SettingName[],
      ),
      routes: routes === undefined ? [] : this.#routes(routes),
    }
  }

  #routes(pair: Pair): ConfiguredRoute[] {
    const of = pair.value
    if (!isMap(of))
      return this.#wrong(
        this.#startOf(pair),
        "routes can't be that: give routes with their settings, such as POST /v1/charges: { ttl: 7d }.",
      )
    const seen = new Set<string>()
    return of.items.map((item) => {
      const at = this.#startOf(item)
      const name = nameOf(item.key)
      const pattern = routePattern(name)
      if (pattern === undefined)
        return this.#wrong(
          at,
          `the route can't be '${name}': give methods and a path, such as POST /v1/accounts/:id or * /v1/**.`,
        )
      if (seen.has(pattern.text))
        return this.#wrong(at, `the route '${pattern.text}' stands here twice: leave one.`)
      seen.add(pattern.text)
      return { pattern, settings: this.#routeSettings(item, name), at: this.#place(at) }
    })
  }

  #routeSettings({ key, value }: Pair, name: string): Partial<GatewayFlags> {
    if (isScalar(value) && value.value === null) return {}
    if (isMap(value)) return this.#settings((value as YAMLMap).items, routeSettings)
    return this.#wrong(
      this.#startOf({ key } as Pair),
      `the route '${name}' can't be that: give its settings, such as { ttl: 7d }.`,
    )
  }

  #settings(pairs: readonly Pair[], allowed: readonly SettingName[]): Partial<GatewayFlags> {
    const settings: Partial<GatewayFlags> = Object.fromEntries(
      pairs.map((pair) => this.#setting(pair, allowed)),
    )
    if (settings.reject && settings.wait !== undefined)
      return this.#wrong(this.#startOf(pairs[0] as Pair), 'wait and reject exclude each other: leave one.')
    return settings
  }

  #setting(pair: Pair, allowed: readonly SettingName[]): [string, unknown] {
    const at = this.#startOf(pair)
    const name = nameOf(pair.key) as SettingName
    if (!allowed.includes(name)) {
      if (Object.hasOwn(checks, name))
        return this.#wrong(at, `${name} is for the whole gateway: put it at the top of the file.`)
      const near = nearest(name, [...allowed, 'routes'])
      return this.#wrong(
        at,
        `there is no setting '${name}'${near === undefined ? '.' : `; did you mean ${near}?`}`,
      )
    }
    const value = isScalar(pair.value) ? pair.value.value : undefined
    const field = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    const check = checks[name]
    try {
      if (check === 'switch') {
        if (typeof value !== 'boolean')
          throw new CommandError(exitCodes.usage, `${name} can't be '${String(value)}': give true or false.`)
        return [field, value ? true : undefined]
      }
      const text = textOf(pair.value)
      check(name, text)
      return [field, text]
    } catch (error) {
      return this.#wrong(at, (error as Error).message)
    }
  }

  #startOf({ key }: Pair): number {
    return (key as { range?: readonly number[] } | null)?.range?.[0] ?? 0
  }

  #place(offset: number): string {
    return `${this.#file}:${this.#lines.linePos(offset).line || 1}`
  }

  #wrong(offset: number, sentence: string): never {
    throw new CommandError(exitCodes.usage, `${this.#place(offset)}: ${sentence}`)
  }
}

/** A list is what stands with commas on the command line. */
function textOf(node: unknown): string {
  if (isSeq(node)) return node.items.map(textOf).join(',')
  const value = isScalar(node) ? node.value : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : ''
}
