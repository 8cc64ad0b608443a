import { types } from 'node:util'

/** Why a value has no canonical text, and what to give instead. */
export interface Unseen {
  /** Reads on from 'The request'. */
  readonly fault: string
  readonly advice: string
}

/** An array, or an object that holds no more than its members: two that look the same are the same. */
export function isPlain(value: object): boolean {
  if (!Array.isArray(value) && !isObjectPrototype(Object.getPrototypeOf(value))) return false
  return typeof (value as { toJSON?: unknown }).toJSON !== 'function' && !hasSymbols(value)
}

/** Of a value that is not JSON's own nor plain. */
export function unseen(value: unknown): Unseen {
  switch (typeof value) {
    case 'undefined':
      return { fault: 'is undefined', advice: 'give null where there is nothing' }
    case 'number':
      return { fault: `is ${value}`, advice: 'give a finite number, or text' }
    case 'object':
      return unseenObject(value as object)
    default:
      return { fault: `is a ${typeof value}`, advice: 'leave it out, or give text' }
  }
}

function unseenObject(value: object): Unseen {
  if (types.isDate(value)) return { fault: 'is a Date', advice: 'give its toISOString() or getTime()' }
  if (types.isMap(value))
    return { fault: 'is a Map', advice: 'give Object.fromEntries() of it, or its entries' }
  if (types.isSet(value))
    return { fault: 'is a Set', advice: 'give an array, sorted if its order means nothing' }
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    return {
      fault: `is a ${nameOf(value)}`,
      advice: 'give text such as base64, or a Uint8Array as the whole request',
    }
  }
  if ((Array.isArray(value) || isObjectPrototype(Object.getPrototypeOf(value))) && hasSymbols(value)) {
    return { fault: 'has members named by symbols', advice: 'name them by text, or leave them out' }
  }
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    return { fault: `is a ${nameOf(value)} with a toJSON()`, advice: 'give what that returns' }
  }
  return {
    fault: `is a ${nameOf(value)}`,
    advice: 'give a plain object of the members that make the request',
  }
}

// Null, or the Object.prototype of this realm or of another one, such as a test runner's sandbox.
function isObjectPrototype(prototype: object | null): boolean {
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

function hasSymbols(value: object): boolean {
  const symbols = Object.getOwnPropertySymbols(value)
  return (
    symbols.length > 0 && symbols.some((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol))
  )
}

function nameOf(value: object): string {
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'object of a class'
}
