import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { problemBody, problemKinds, problemOf } from '../../src/http/problem.ts'

interface Example {
  readonly value: Readonly<Record<string, unknown>> & { readonly error: Readonly<Record<string, unknown>> }
}

interface Fragment {
  readonly components: {
    readonly schemas: {
      readonly IdempotencyProblem: {
        readonly required: readonly string[]
        readonly properties: Readonly<
          Record<'type' | 'status' | 'retry', { readonly enum: readonly unknown[] }>
        >
      }
    }
    readonly responses: Readonly<
      Record<string, { content: Record<string, { examples: Record<string, Example> }> }>
    >
  }
}

const text = readFileSync(new URL('../../../../docs/openapi.yaml', import.meta.url), 'utf8')
const { components } = parse(text) as Fragment
const { required, properties } = components.schemas.IdempotencyProblem
const names = problemKinds.map(({ name }) => name).sort()

const examples = Object.values(components.responses).flatMap(({ content }) =>
  Object.entries(content['application/problem+json']?.examples ?? {}).map(([name, { value }]) => ({
    name,
    value,
  })),
)

it('is an OpenAPI document', async () => {
  const { valid, errors } = await new Validator().validate(text)
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

it('has the type of each problem, and no other', () => {
  const types = properties.type.enum.map((type) => String(type).replace(/^https:.*\/problems\//, ''))
  expect(types.toSorted()).toEqual(names)
  expect(examples.map(({ name }) => name).toSorted()).toEqual(names)
})

it.each(examples)('says of $name what is sent', ({ name, value }) => {
  const { status, title } = problemKinds.find((kind) => kind.name === name) ?? {}
  expect(value).toMatchObject({ type: `https://counterfoil.dev/problems/${name}`, status, title })
  expect(value.error).toEqual({ type: name, message: value.detail })
  expect(properties.status.enum).toContain(status)
  expect(properties.retry.enum).toContain(value.retry)
})

it('has the members that a problem has', () => {
  const sent = JSON.parse(Buffer.from(problemBody(problemOf(undefined))).toString()) as object
  expect(Object.keys(sent)).toEqual(required)
  for (const { value } of examples) expect(Object.keys(value)).toEqual(required)
})
