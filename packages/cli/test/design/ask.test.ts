import { PassThrough, Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { askAnswers } from '../../src/design/ask.ts'
import { designOf } from '../../src/design/design-of.ts'
import { run } from '../../src/run.ts'
import { testIo } from '../support/test-io.ts'

const ENTER = '\r'
const DOWN = '\x1b[B'
const CTRL_C = '\x03'

/** A terminal at which somebody answers by keys: those for the question that its latest output asks. */
function terminal(keysFor: (asked: string) => string): {
  input: PassThrough
  output: Writable
  said: () => string
} {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} })
  let said = ''
  let asked = ''
  const output = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        said += chunk
        asked += chunk
        done()
        // Once it has said all that it says for now, and listens.
        setImmediate(() => {
          if (!asked.includes('└') && !asked.includes('/ ○') && !asked.includes('● ')) return
          const keys = keysFor(asked)
          asked = ''
          if (keys !== '') input.write(keys)
        })
      },
    }),
    { isTTY: true, columns: 100, rows: 50 },
  )
  return { input, output, said: () => said }
}

it('asks at the terminal what the answers before call for, and makes a file that makes a design', async () => {
  const at = terminal(() => ENTER)
  const asked = await askAnswers(at)
  expect(asked?.name).toBe('charge-card')
  expect(await designOf(asked?.yaml ?? '', 'charge-card.yaml')).toMatchObject({ kind: 'made' })
  expect(at.said()).toContain('What must hold, whatever fails?')
  expect(at.said()).not.toContain('maxmemory-policy')
})

it('asks no more of what the answer makes needless', async () => {
  const at = terminal((said) => (said.includes('How is it reached?') ? `${DOWN}${DOWN}${ENTER}` : ENTER))
  const asked = await askAnswers(at)
  expect(asked?.yaml).toContain('reached-by: call\n')
  expect(at.said()).not.toContain('Which requests is it for?')
  expect(await designOf(asked?.yaml ?? '', 'charge-card.yaml')).toMatchObject({ kind: 'made' })
})

it('writes nothing where whoever is asked leaves', async () => {
  const at = terminal((said) => (said.includes('How is it reached?') ? CTRL_C : ENTER))
  expect(await askAnswers(at)).toBeUndefined()
})

it('asks nobody where nobody is there, and says what to do instead', async () => {
  const io = testIo()
  expect(await run(['design'], io)).toBe(2)
  expect(io.err()).toMatch(/^counterfoil: There is nobody to ask: give a file of answers, .*\.\n$/)
})
