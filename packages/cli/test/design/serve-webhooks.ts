/** Serves the module of a design: its folder, its port and that of the service that counts are its arguments. */
import { createServer } from 'node:http'
import { join } from 'node:path'

const [folder = '', port, counting] = process.argv.slice(2)
const { webhookIntake } = await import(join(folder, 'webhook-intake.ts'))
const { listener } = await webhookIntake({
  inbox: async (event: unknown) => {
    const answer = await fetch(`http://127.0.0.1:${counting}/`, {
      method: 'POST',
      body: JSON.stringify(event),
    })
    return answer.json()
  },
})
createServer(listener).listen(Number(port), '127.0.0.1')
