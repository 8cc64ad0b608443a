import { OptionInvalid } from '../core/index.ts'

/**
 * What a handler is given for as long as it runs. A branch of it may run on after that: `Promise.all` waits for nobody
 * once one has failed. What such a branch then wrote would come after the effect was undone and before COMMIT, or on a
 * connection that is somebody else's by then.
 */
export class Loan {
  #ended = false

  /** The same thing, but that it refuses to be used once the loan has ended. */
  of<T>(thing: T): T {
    return isObject(thing) ? new Proxy(thing, this.#handling(thing)) : thing
  }

  end(): void {
    this.#ended = true
  }

  #handling<T extends object>(thing: T): ProxyHandler<T> {
    return {
      get: (_, name) => {
        if (typeof name === 'string' && name !== 'then') this.#check()
        const value: unknown = Reflect.get(thing, name, thing)
        return typeof value === 'function' && !isFixed(thing, name) ? this.#method(thing, value) : value
      },
      apply: (_, self, all) => this.#call(thing as unknown as Callable, self, all),
    }
  }

  /** It is called on the thing itself, which may have private members. */
  #method(thing: object, method: Callable): Callable {
    return new Proxy(method, {
      apply: (_, _self, all) => this.#call(method, thing, all),
    })
  }

  #call(callable: Callable, self: unknown, all: unknown[]): unknown {
    this.#check()
    return Reflect.apply(callable, self, all)
  }

  #check(): void {
    if (!this.#ended) return
    throw new OptionInvalid(
      'handler',
      'wait for each of its statements, of each of its branches too: something that it began went on after it had ended, and this statement was not sent; Promise.allSettled waits for all',
    )
  }
}

// biome-ignore lint/complexity/noBannedTypes: whatever can be called.
type Callable = Function

function isObject(thing: unknown): thing is object {
  return (typeof thing === 'object' && thing !== null) || typeof thing === 'function'
}

/** A proxy must give it as it is. */
function isFixed(thing: object, name: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(thing, name)
  return own !== undefined && !own.configurable && own.writable === false
}
