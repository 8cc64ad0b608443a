/** `node.ts UPSTREAM_PORT`: what one writes first. */
import { Agent, request as ask, createServer } from 'node:http'
import { listen } from '../apps/listening.ts'

const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const port = Number(process.argv[2])

listen(
  createServer((request, response) => {
    const { method, url: path, headers } = request
    const onwards = ask({ host: '127.0.0.1', port, agent, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode as number, answer.headers)
      answer.pipe(response)
    })
    onwards.on('error', () => response.destroy())
    request.pipe(onwards)
  }),
)
