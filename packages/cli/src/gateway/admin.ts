import { createServer, type Server } from 'node:http'
import type { Metrics } from './metrics.ts'

/** `/healthz`: it runs. `/readyz`: it can ask its store. `/metrics`: what it has done. On a listener of its own. */
export function createAdmin(metrics: Metrics, ready: () => Promise<unknown>): Server {
  const pages: Readonly<Record<string, () => Promise<readonly [status: number, text: string]>>> = {
    '/healthz': async () => [200, 'ok\n'],
    '/readyz': () =>
      ready().then(
        () => [200, 'ok\n'],
        (error: Error) => [503, `${error.message}\n`],
      ),
    '/metrics': async () => [200, metrics.text()],
  }
  return createServer(async ({ url = '' }, response) => {
    const page = Object.hasOwn(pages, url) ? pages[url] : undefined
    const [status, text] = (await page?.()) ?? [404, 'there is /healthz, /readyz and /metrics\n']
    response.writeHead(status, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text)
  })
}
