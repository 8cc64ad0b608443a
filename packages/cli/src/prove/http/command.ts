import { type Command, Option } from 'commander'
import type { Ended } from '../../exit-codes.ts'
import { addHelp } from '../../help.ts'
import type { Io } from '../../io.ts'
import { addReportFlags } from '../report-flags.ts'
import type { ProveHttpFlags } from './flags.ts'

/** `counterfoil prove http`: each flag with its default. */
export function addProveHttp(prove: Command, io: Io, ended: Ended): void {
  const http = prove
    .command('http')
    .description(
      'Fire duplicates, storms, conflicts and crashes at an endpoint, in any language, with any idempotency layer behind it.',
    )
  theRequest(http)
  howEffectsAreCounted(http)
  howItIsFired(http)
  whatScenariosNeed(http)
  addReportFlags(http)
  http.action(async (flags: ProveHttpFlags) => {
    const { proveHttpEndpoint } = await import('./run.ts')
    ended(await proveHttpEndpoint(flags, io))
  })
  addHelp(http, io, {
    notes: [
      'Every request is real: fire at a staging endpoint. A target that has an address other than loopback is refused, unless --i-own-this says that you may fire at it. Redirects are not followed.',
      'Without a way to count effects it judges by the answers alone, and cannot see a second effect that was answered like the first. A counter answers with a bare number, or with JSON in which --count-pointer finds it. {key} is percent-encoded in a URL, a bound parameter in SQL (write no quotes around it), and a quoted argument in a command.',
      'Commands are run by sh. --restart-cmd may stay in the foreground: it counts as done once the target accepts connections, and is left running at the end.',
    ],
    examples: [
      [
        'with its effects counted in the database',
        `counterfoil prove http --url http://127.0.0.1:3000/charges --body @charge.json --count-sql 'SELECT count(*) FROM charges WHERE key = {key}' --db postgres://localhost/app`,
      ],
      [
        'one storm, many times, and a page about it',
        'counterfoil prove http --url http://127.0.0.1:3000/charges --body @charge.json --only concurrent --rounds 100 --report out/',
      ],
      [
        'with crashes',
        `counterfoil prove http --url http://127.0.0.1:3000/charges --body @charge.json --kill-cmd 'kill -9 $(cat app.pid)' --restart-cmd './start.sh'`,
      ],
    ],
  })
}

function theRequest(http: Command): void {
  http
    .optionsGroup('The request:')
    .requiredOption('--url <url>', 'where the requests go: http://127.0.0.1:3000/charges')
    .option(
      '--body <text>',
      'the body, or @ and a file that holds it: @charge.json; {key} in it stands for the key',
    )
    .option('--method <method>', 'the method', 'POST')
    .option('--header <field>', 'a header field: "Authorization: …"; may be repeated', repeated)
    .option('--key-header <name>', 'the header field that carries the key', 'Idempotency-Key')
    .addOption(
      new Option('--guarantee <name>', 'what the endpoint promises across failures')
        .choices(['at-most-once', 'at-least-once'])
        .default('at-most-once'),
    )
    .option('--lease <time>', 'how long a crashed request may stay in progress', '30s')
    .option(
      '--expect-conflict <status>',
      'the status that must refuse a key with another body; default any 4xx',
    )
}

function howEffectsAreCounted(http: Command): void {
  http
    .optionsGroup('How effects are counted:')
    .addOption(
      new Option('--count-url <url>', 'a URL that answers with the number of effects of {key}').conflicts([
        'countSql',
        'countCmd',
      ]),
    )
    .addOption(
      new Option('--count-sql <query>', 'a query for the number of effects of {key}; needs --db').conflicts(
        'countCmd',
      ),
    )
    .option('--db <url>', 'the database of --count-sql: sqlite:app.db or postgres://host/database')
    .option('--count-cmd <command>', 'a command that prints the number of effects of {key}')
    .option('--count-pointer <pointer>', 'where the number is, if the counter answers with JSON: /count')
}

function howItIsFired(http: Command): void {
  http
    .optionsGroup('How it is fired:')
    .option('--requests <n>', 'how many requests are sent at once in a storm', '200')
    .option('--processes <n>', 'how many processes send them', '4')
    .option('--rounds <n>', 'how often each race is played', '20')
    .addOption(
      new Option('--connections <how>', 'whether requests share connections')
        .choices(['reuse', 'fresh'])
        .default('reuse'),
    )
    .option('--stagger <times>', 'how far apart the requests of a storm leave: 0..50ms; default at once')
    .option('--seed <n>', 'makes the choices of an earlier run again')
    .option(
      '--only <scenarios>',
      'play these scenarios alone, separated by commas; a wrong name lists them all',
    )
    .addOption(
      new Option('--except <scenarios>', 'play all scenarios but these, separated by commas').conflicts(
        'only',
      ),
    )
    .option('--i-own-this', 'you may fire at the target, though it has an address other than loopback')
}

function whatScenariosNeed(http: Command): void {
  http
    .optionsGroup('What single scenarios need:')
    .option(
      '--as <field>',
      'a header field of another caller, which replaces the --header of that name; may be repeated',
      repeated,
    )
    .option('--conflict-body <text>', 'a body that conflicts, or @ and a file; needed if --body is not JSON')
    .option('--second-url <url>', 'the URL of another operation that takes the same body')
    .option(
      '--limited-header <field>',
      'a header field that makes the endpoint answer 429; may be repeated',
      repeated,
    )
    .option(
      '--refused-header <field>',
      'a header field that makes its upstream refuse; may be repeated',
      repeated,
    )
    .option('--kill-cmd <command>', 'a command that kills the service, as a crash would')
    .option('--restart-cmd <command>', 'a command that starts it again')
    .option(
      '--margin <time>',
      'how long past the lease a key may still be in progress; default as long as the lease, but 500ms to 5s',
    )
    .option(
      '--late <time>',
      'how long after the outcome the late retry comes; default the lease and the margin',
    )
}

function repeated(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}
