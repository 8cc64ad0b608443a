import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { effectsOf } from '../../../processes/ledger.ts'
import { charge, refusal } from './charge.ts'
import { credentialsOf } from './credentials.ts'
import { send } from './send.ts'
import type { TargetTerms } from './terms.ts'

// A service that charges, in a process of its own; all that it knows is in its folder, so that it can be killed and started
// again: POST to any path makes a charge, and GET /effects?key=… counts those of a key.

/** Requests at a time, before one that sheds load refuses. */
const SHEDS_BEYOND = 6

const [folder = ''] = process.argv.slice(2)
const terms = JSON.parse(readFileSync(join(folder, 'terms.json'), 'utf8')) as TargetTerms
const ledger = join(folder, 'ledger')
const db = join(folder, 'receipts.db')
const run = (request: IncomingMessage) => charge(request, { ledger, ...terms })
const serve = await layer()
let underWay = 0

const server = createServer(async (request, response) => {
  try {
    await route(request, response)
  } catch {
    response.destroy()
  }
})

/** Loaded only when it is asked for: most targets need but the small one. */
async function layer(): Promise<(request: IncomingMessage, response: ServerResponse) => unknown> {
  if (terms.layer === 'counterfoil') {
    const { withCounterfoil } = await import('./counterfoil.ts')
    return withCounterfoil(db, terms, run)
  }
  const { ByHand } = await import('./by-hand.ts')
  const byHand = new ByHand(db, terms, run)
  return (request, response) => byHand.serve(request, response)
}

async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
  if (pathname === '/effects') {
    response.end(`${effectsOf(ledger, searchParams.get('key') ?? '')}`)
    return
  }
  if (credentialsOf(request) === '') return send(response, refusal(401, 'Say who you are.'))
  underWay += 1
  response.once('close', () => {
    underWay -= 1
  })
  if (terms.load === 'sheds' && underWay > SHEDS_BEYOND) {
    return send(response, refusal(503, 'Too much at a time.', [['Retry-After', '1']]))
  }
  await serve(request, response)
}

if (terms.load === 'stalls') setInterval(() => busyFor(40), 80)

function busyFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

/** The port of the process before, where there was one. It may be busy for a moment still. */
async function listen(): Promise<number> {
  const file = join(folder, 'port')
  const known = existsSync(file) ? Number(readFileSync(file)) : undefined
  for (;;) {
    // Below the ports that the system hands out, so that nobody gets it between a kill and a restart.
    const port = known ?? randomInt(20_000, 32_000)
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening')
      writeFileSync(file, String(port))
      return port
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      await pause(20)
    }
  }
}

// Whoever started it is gone.
process.on('disconnect', () => process.exit(1))
const port = await listen()
process.send?.({ port })
