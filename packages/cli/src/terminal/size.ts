const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** A number of bytes for a human: `812 B`, `1.2 KiB`. */
export function sizeText(bytes: number): string {
  let value = bytes
  let at = 0
  while (value >= 1024 && at < names.length - 1) {
    value /= 1024
    at += 1
  }
  return `${at === 0 ? value : value.toFixed(1)} ${names[at]}`
}

export function countText(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 receipt`, `2,000 receipts`. */
export function counted(count: number, one: string): string {
  return `${countText(count)} ${one}${count === 1 ? '' : 's'}`
}
