/** A handler that ends when it is told to, and tells when it has begun. */
export function gate(): {
  begun: Promise<void>
  open: (value: string) => void
  handler: () => Promise<string>
} {
  const begun = Promise.withResolvers<void>()
  const ending = Promise.withResolvers<string>()
  return {
    begun: begun.promise,
    open: ending.resolve,
    handler: () => {
      begun.resolve()
      return ending.promise
    },
  }
}
