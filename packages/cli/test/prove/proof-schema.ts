import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

const published = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../docs/schemas/proof-1.json'), 'utf8'),
)

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
formats.default(ajv)
const validate = ajv.compile(closed(published))

/** Holds a proof to the published schema, and to more: here no member may be unknown, so that the schema names them all. */
export function assertFollowsSchema(proof: unknown): void {
  if (validate(JSON.parse(JSON.stringify(proof)))) return
  throw new Error(JSON.stringify(validate.errors))
}

function closed(schema: AnySchemaObject): AnySchemaObject {
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closedIn(value)]))
  return inner.type === 'object' && 'properties' in inner ? { ...inner, additionalProperties: false } : inner
}

function closedIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedIn)
  return typeof value === 'object' && value !== null ? closed(value) : value
}
