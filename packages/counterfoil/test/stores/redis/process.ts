import { serveStorm } from '../../../src/testing/index.ts'
import { type Kind, openOn } from './on-redis.ts'

const [, , kind, prefix] = process.argv

serveStorm(await openOn(kind as Kind, { prefix: prefix as string }))
