import type { Output } from '../io.ts'

/** One line that rewrites itself while something goes on; nothing where nobody looks. */
export interface Progress {
  say(text: string): Promise<void>
  clear(): Promise<void>
}

export function progressOn(output: Output): Progress {
  if (!output.isTTY) return { say: async () => {}, clear: async () => {} }
  return {
    say: (text) => output.write(`\r\u001b[2K${text}`),
    clear: () => output.write('\r\u001b[2K'),
  }
}
