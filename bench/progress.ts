export interface Progress {
  say(what: string, share: number): void
  end(): void
}

/** On stderr, so that what is piped is the result alone: one line rewritten on a terminal, else one for each new text. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  let last = ''
  return {
    say(what, share) {
      if (stream.isTTY) stream.write(`\r\x1b[K${String(Math.round(share * 100)).padStart(3)} %  ${what}`)
      else if (what !== last) stream.write(`${what}\n`)
      last = what
    },
    end() {
      if (stream.isTTY) stream.write('\r\x1b[K')
    },
  }
}
