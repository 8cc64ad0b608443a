const unsafeInJson = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** One line of JSON with the same value, and nothing in it that a terminal would obey. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(unsafeInJson, escaped)}\n`
}

function escaped(character: string): string {
  return Array.from(
    character.split(''),
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ).join('')
}
