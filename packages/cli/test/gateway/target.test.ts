import { describe, expect, it } from 'vitest'
import { routePattern } from '../../src/gateway/config/route-pattern.ts'
import { ask, keyed } from './ask.ts'
import { gatewayTo, upstream } from './world.ts'

describe('a target', () => {
  it('given as a whole URL is the same request', async () => {
    const behind = await upstream((request, response) => response.end(request.url))
    const { port } = await gatewayTo(behind.port)
    await ask(port, keyed('a', '{}', { path: '/c?d=1' }))
    expect((await ask(port, keyed('a', '{}', { path: 'http://other/c?d=1' }))).body.toString()).toBe('/c?d=1')
    expect(behind.runs()).toBe(1)
  })

  it("that leads out of the upstream's own path is refused", async () => {
    const behind = await upstream((request, response) => response.end(request.url))
    const { port } = await gatewayTo(behind.port, { upstream: `http://127.0.0.1:${behind.port}/base/` })
    expect((await ask(port, { method: 'GET', path: '/x/y?z' })).body.toString()).toBe('/base/x/y?z')
    for (const path of ['/../admin', '/x/%2e%2E/y', '/x#y']) {
      expect((await ask(port, { method: 'GET', path })).json()).toMatchObject({
        status: 400,
        error: { type: 'target-invalid' },
      })
    }
    expect(behind.runs()).toBe(1)
  })
})

it.each(['POST /v1/*a*a*a*x', 'POST /**/a/**/a/**/x'])('no path takes long to be told from %s', (route) => {
  const pattern = routePattern(route)
  const began = performance.now()
  expect(pattern?.matches('POST', `/v1/${'a'.repeat(8000)}`)).toBe(false)
  expect(pattern?.matches('POST', '/a'.repeat(4000))).toBe(false)
  // What goes back over every wild part takes minutes for these.
  expect(performance.now() - began).toBeLessThan(2000)
})
