import { onlyOnAServer, onlyOnRedis } from './conditions.ts'
import { bytes, choice, text } from './kinds.ts'
import type { Group } from './question.ts'

export const store: Group = {
  name: 'store',
  about: 'Where the receipts are kept. The promise is no better than what an acknowledged claim survives.',
  shape: 'one',
  questions: [
    {
      name: 'url',
      asks: 'Which store?',
      why: 'The design shows its layout and its claim as they run. Leave passwords out.',
      kind: text(
        "a URL such as 'sqlite:receipts.db', 'postgres://localhost/app' or 'redis://localhost:6379'",
        /^(memory:|sqlite:.+|postgres(ql)?:\/\/.+|rediss?(\+sentinel|\+cluster)?:\/\/.+)$/,
      ),
      example: 'postgres://localhost/payments',
    },
    {
      name: 'hosts',
      asks: 'How many hosts make claims in it?',
      why: 'A SQLite file is sound on one host alone, and memory in one process.',
      kind: choice({ one: 'one', many: 'more than one' }),
      example: 'many',
    },
    {
      name: 'failover',
      asks: 'What takes over if the server is lost?',
      why: 'A standby that lags forgets claims that were acknowledged, and their effects run twice.',
      kind: choice({
        none: 'nothing: it is down until it is back, with its disk',
        waits: 'a standby that every commit has waited for',
        lags: 'a standby, or a replica, that may be behind',
      }),
      example: 'waits',
      askedWhere: onlyOnAServer,
    },
    {
      name: 'eviction',
      asks: "What is the server's maxmemory-policy?",
      why: 'A server that evicts forgets receipts while their claims live.',
      kind: text(
        'a policy of Redis, such as noeviction or allkeys-lru',
        /^(noeviction|(allkeys|volatile)-(lru|lfu|lrm|random)|volatile-ttl)$/,
      ),
      example: 'noeviction',
      askedWhere: onlyOnRedis,
    },
    {
      name: 'append-only',
      asks: 'When does its append-only file reach the disk?',
      why: 'What is not on the disk is forgotten by a crash, and runs again.',
      kind: choice({ always: 'before each answer', everysec: 'once a second', no: 'never: there is none' }),
      example: 'always',
      askedWhere: onlyOnRedis,
    },
    {
      name: 'unreachable',
      asks: 'What happens to a request while the store cannot be asked?',
      why: 'Without a claim nothing keeps a second one from running.',
      kind: choice({ refuse: 'it is refused, and retried', 'run-anyway': 'it runs without a receipt' }),
      example: 'refuse',
    },
    {
      name: 'room',
      asks: 'How much room is there for receipts?',
      why: 'A full store takes no new claim.',
      kind: bytes,
      example: '50gb',
    },
  ],
}
