import { type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { requestFields } from './fields.ts'
import type { Upstream } from './upstream.ts'

const ofTheBody = ['content-length', 'content-type', 'content-encoding', 'transfer-encoding', 'trailer']

/** Asks a URL, with the retry's own fields, whether its caller may see the outcome: 2xx says yes. */
export function authorizer(
  url: URL,
  { timeoutMs, tenantHeader }: Pick<Upstream, 'timeoutMs' | 'tenantHeader'>,
): (request: IncomingMessage) => Promise<boolean> {
  const send = url.protocol === 'https:' ? overHttps : overHttp
  return (incoming) => {
    const fields = requestFields(incoming, { url, tenantHeader }, true)
    const headers = fields.filter(([name]) => !ofTheBody.includes(name.toLowerCase())).flat()
    return new Promise((resolve, reject) => {
      const asked = send(url, { headers: headers as unknown as Record<string, string>, agent: false })
      const done = (end: () => void): void => {
        clearTimeout(timer)
        end()
        asked.destroy()
      }
      const fail = (why: string) => (): void =>
        done(() => reject(new Error(`the authoriser ${url.href} ${why}`)))
      const timer = setTimeout(fail('did not answer in time'), timeoutMs)
      asked.on('response', ({ statusCode = 500 }) =>
        done(() => resolve(statusCode >= 200 && statusCode < 300)),
      )
      asked.on('upgrade', fail('asked for another protocol'))
      asked.on('error', ({ message }) => fail(`could not be asked: ${message}`)())
      asked.end()
    })
  }
}
