import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { generate } from 'selfsigned'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../../../test-support/servers/free-port.ts'
import { startPostgres } from '../../../../test-support/servers/postgres.ts'
import { findRedis, startNode } from '../../../../test-support/servers/redis.ts'
import { own, serverFolder } from '../../../../test-support/servers/unprivileged.ts'

const opener = new URL('./open-and-claim.ts', import.meta.url)

/** Of a server at localhost, which nobody trusts who isn't told to. */
const certificate = { certificate: '', key: '' }

beforeAll(async () => {
  const folder = await serverFolder()
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  certificate.certificate = await secret(join(folder, 'certificate.pem'), cert)
  certificate.key = await secret(join(folder, 'key.pem'), key)
})

describe('a Redis that is reached by rediss://', () => {
  it('is claimed on where its certificate is trusted, and refused in one sentence where it is not', async () => {
    const port = await freePort()
    const server = await startNode(await findRedis(), [
      ...['--tls-port', String(port), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', certificate.certificate, '--tls-key-file', certificate.key],
    ])
    onTestFinished(() => server.stop())
    const url = `rediss://localhost:${port}`
    expect(await openAndClaim(url, 'trusting')).toBe('claimed')
    expect(await openAndClaim(url, 'trusting nobody')).toMatch(/^The Redis store .*certificate.*\.$/)
  })
})

describe('a PostgreSQL that is reached over TLS', () => {
  it('is claimed on where its certificate is trusted, and refused in one sentence where it is not', async () => {
    const server = await startPostgres({
      ssl: 'on',
      ssl_cert_file: certificate.certificate,
      ssl_key_file: certificate.key,
    })
    onTestFinished(() => server.stop())
    const { port } = new URL(server.url)
    const url = `postgres://postgres@localhost:${port}/postgres?sslmode=verify-full&migrate=true`
    expect(await openAndClaim(url, 'trusting')).toBe('claimed')
    expect(await openAndClaim(url, 'trusting nobody')).toMatch(/^The PostgreSQL store .*certificate.*\.$/)
  })
})

/** By a process of its own: whom Node trusts is settled when it starts. */
async function openAndClaim(url: string, who: 'trusting' | 'trusting nobody'): Promise<string> {
  const trust = who === 'trusting' ? { NODE_EXTRA_CA_CERTS: certificate.certificate } : {}
  const child = spawn(process.execPath, ['--conditions=@counterfoil/source', opener.pathname, url], {
    env: { ...process.env, ...trust },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [says] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return says
}

async function secret(path: string, content: string): Promise<string> {
  await writeFile(path, content, { mode: 0o600 })
  own(path)
  return path
}
