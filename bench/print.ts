/** The result, and nothing else, on stdout. */
export function print(as: 'text' | 'json', everything: object, text: () => string): void {
  process.stdout.write(as === 'json' ? `${JSON.stringify(everything, null, 2)}\n` : `${text()}\n`)
}
