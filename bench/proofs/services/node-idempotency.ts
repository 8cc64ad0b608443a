/**
 * @node-idempotency/nestjs on Redis: the module and the decorator, as its README says. Decorators are called here as the
 * functions that they are: Node runs this file without a compiler.
 */
import 'reflect-metadata'
import { Controller, Headers, HttpException, Module, Post, Req, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { Idempotent, NodeIdempotencyModule, StorageAdapterEnum } from '@node-idempotency/nestjs'
import { charge, Refused } from './charge.ts'
import { serviceTerms } from './terms.ts'

const { port, ledger, redisUrl } = serviceTerms()

interface Request {
  readonly path: string
  readonly body: unknown
}

class Charges {
  async create(
    headers: Readonly<Record<string, string | undefined>>,
    { path, body }: Request,
    response: { location(url: string): void },
  ): Promise<unknown> {
    try {
      const key = headers['idempotency-key'] ?? ''
      const made = await charge(ledger, { key, prefer: headers.prefer, body })
      response.location(`${path}/${made.id}`)
      return made
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      throw new HttpException({ detail: error.message }, error.status)
    }
  }
}

class Service {}

const create = Object.getOwnPropertyDescriptor(Charges.prototype, 'create') as PropertyDescriptor
Headers()(Charges.prototype, 'create', 0)
Req()(Charges.prototype, 'create', 1)
Res({ passthrough: true })(Charges.prototype, 'create', 2)
Idempotent({})(Charges.prototype, 'create', create)
Post(':what')(Charges.prototype, 'create', create)
Controller()(Charges)
Module({
  imports: [
    NodeIdempotencyModule.forRootAsync({
      storage: { adapter: StorageAdapterEnum.redis, options: { url: redisUrl } },
      enforceIdempotency: true,
    }),
  ],
  controllers: [Charges],
})(Service)

const app = await NestFactory.create<NestExpressApplication>(Service, { logger: false, bodyParser: false })
app.useBodyParser('json', { limit: '20mb' })
await app.listen(port, '127.0.0.1')
