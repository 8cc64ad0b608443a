/** `npm run bench`; README.md says what it measures, and `npm run bench -- --help` how to ask. */
import { benchGrowth } from './growth/bench-growth.ts'
import { benchHttp } from './http/bench-http.ts'
import { benchStores } from './stores.ts'
import { benchWaiters } from './waiters/bench-waiters.ts'

const argv = process.argv.slice(2)
const command = ['npm run bench', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' ')

try {
  await run(argv[0], argv.slice(1))
} catch (error) {
  if (!(error instanceof TypeError || error instanceof RangeError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}

function run(what: string | undefined, options: readonly string[]): Promise<void> {
  switch (what) {
    case 'http':
      return benchHttp(options, command)
    case 'growth':
      return benchGrowth(options, command)
    case 'waiters':
      return benchWaiters(options, command)
    default:
      return benchStores(argv, command)
  }
}
