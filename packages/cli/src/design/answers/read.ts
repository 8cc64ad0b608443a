import { isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { nearest } from '../../gateway/config/nearest.ts'
import { adviceOn } from '../questions/kinds.ts'
import { type Group, isAsked, type Question } from '../questions/question.ts'
import { groups } from '../questions/questions.ts'
import { Given, soFarIn } from './given.ts'

export type Read =
  | { readonly kind: 'read'; readonly given: Given }
  /** Each with its file and line, in the order of the lines. */
  | { readonly kind: 'wrong'; readonly faults: readonly string[] }

/** @param file its name, for what is said of its lines */
export function readAnswers(text: string, file: string): Read {
  return new Reader(text, file).read()
}

class Reader {
  readonly #text: string
  readonly #file: string
  readonly #counter = new LineCounter()
  readonly #texts = new Map<string, string>()
  readonly #lines = new Map<string, number>()
  readonly #faults: { readonly line: number; readonly says: string }[] = []

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
  }

  read(): Read {
    const document = parseDocument(this.#text, { lineCounter: this.#counter, prettyErrors: false })
    const [fault] = [...document.errors, ...document.warnings]
    if (fault)
      this.#wrong(this.#line(fault.pos[0]), `this is not YAML: ${fault.message.replace(/\.?$/, '.')}`)
    else if (isMap(document.contents)) this.#groups(document.contents)
    else
      this.#wrong(
        1,
        'give answers by their names; counterfoil design --print-questions prints a file to fill in.',
      )
    if (this.#faults.length === 0)
      return { kind: 'read', given: new Given(this.#texts, this.#lines, this.#file) }
    const inOrder = this.#faults.toSorted((one, other) => one.line - other.line)
    return { kind: 'wrong', faults: inOrder.map(({ line, says }) => `${this.#file}:${line}: ${says}`) }
  }

  #groups(map: YAMLMap): void {
    const pairs = this.#pairs(
      map,
      groups.map(({ name }) => name),
      'group',
    )
    const found: [Group, Pair][] = []
    for (const group of groups) {
      const pair = pairs.get(group.name)
      if (pair) found.push([group, pair])
      else this.#wrong(1, `there is no ${group.name}: ${lowered(group.about)}`)
    }
    const items = found.flatMap(([group, pair]) => this.#items(group, pair))
    // What is needed depends on what stands in other groups too: so only once all of it is read.
    for (const item of items) this.#check(item)
  }

  #items(group: Group, pair: Pair): readonly Item[] {
    const line = this.#lineOf(pair)
    const { value } = pair
    if (group.shape === 'one') {
      if (isMap(value)) return [this.#item(group, group.name, value, line)]
      this.#wrong(line, `${group.name} can't be that: give its answers by their names.`)
      return []
    }
    const members = isSeq(value) ? value.items : []
    if (members.length === 0 || !members.every(isMap)) {
      this.#wrong(
        line,
        `${group.name} can't be that: give a list, with an item for each, such as '- ${group.questions[0]?.name}: …'.`,
      )
      return []
    }
    return (members as YAMLMap[]).map((member, at) => {
      const [first] = member.items
      return this.#item(group, `${group.name}.${at}`, member, first ? this.#lineOf(first) : line)
    })
  }

  #item(group: Group, path: string, map: YAMLMap, line: number): Item {
    this.#lines.set(path, line)
    const names = group.questions.map(({ name }) => name)
    for (const [name, pair] of this.#pairs(map, names, 'answer')) {
      const at = this.#lineOf(pair)
      const { value } = pair
      if (!isScalar(value) || value.value === null) {
        this.#wrong(at, `${path}.${name} has no answer, or more than one: give one.`)
        continue
      }
      this.#lines.set(`${path}.${name}`, at)
      // As it is written, where it is no quoted text: `no` and `1.50` are answers, and no booleans or numbers.
      this.#texts.set(
        `${path}.${name}`,
        typeof value.value === 'string' ? value.value : (value.source ?? String(value.value)),
      )
    }
    return { group, path, line }
  }

  #pairs(map: YAMLMap, names: readonly string[], what: 'group' | 'answer'): Map<string, Pair> {
    const found = new Map<string, Pair>()
    for (const pair of map.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : ''
      const near = nearest(name, names)
      if (names.includes(name)) found.set(name, pair)
      else
        this.#wrong(
          this.#lineOf(pair),
          `no question asks for the ${what} '${name}'${near === undefined ? '.' : `; did you mean ${near}?`}`,
        )
    }
    return found
  }

  #check({ group, path, line }: Item): void {
    const soFar = soFarIn(this.#texts, path)
    for (const question of group.questions) {
      const at = `${path}.${question.name}`
      const given = this.#texts.get(at)
      const needed = isAsked(question, soFar)
      if (given === undefined) {
        if (needed) this.#wrong(line, `${at} is not answered: ${question.asks}`)
      } else this.#checkAnswer(question, at, given, needed)
    }
  }

  #checkAnswer({ kind, askedWhere }: Question, path: string, given: string, needed: boolean): void {
    const line = this.#lines.get(path) ?? 1
    if (!needed) {
      this.#wrong(line, `${path} is answered ${askedWhere?.says}: take it out.`)
      return
    }
    const advice = adviceOn(kind, given)
    if (advice !== undefined) this.#wrong(line, `${path} can't be '${given}': ${advice}.`)
  }

  #lineOf({ key }: Pair): number {
    return this.#line((key as { range?: readonly number[] } | null)?.range?.[0] ?? 0)
  }

  #line(offset: number): number {
    return this.#counter.linePos(offset).line || 1
  }

  #wrong(line: number, says: string): void {
    this.#faults.push({ line, says })
  }
}

interface Item {
  readonly group: Group
  readonly path: string
  readonly line: number
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
