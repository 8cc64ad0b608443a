/** `npm run bench`; README.md says what it measures, and `npm run bench -- --help` how to ask. */
import { benchHttp } from './http/bench-http.ts'
import { benchStores } from './stores.ts'

const argv = process.argv.slice(2)
const command = ['npm run bench', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' ')

try {
  if (argv[0] === 'http') await benchHttp(argv.slice(1), command)
  else await benchStores(argv, command)
} catch (error) {
  if (!(error instanceof TypeError || error instanceof RangeError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
