import { openStore } from 'counterfoil'
import { serveStorm } from 'counterfoil/testing'

// A process of a storm: its clock may be wrong, and its connections are its own.

try {
  serveStorm(await openStore(process.env.COUNTERFOIL_PROVE_STORE ?? ''))
} catch (error) {
  process.send?.({ report: 'broken', why: error instanceof Error ? error.message : String(error) })
  process.disconnect()
}
