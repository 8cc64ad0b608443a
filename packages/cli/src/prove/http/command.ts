import { type Command, Option } from 'commander'
import type { Ended } from '../../exit-codes.ts'
import { addHelp } from '../../help.ts'
import type { Io } from '../../io.ts'
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
  whatBecomesOfIt(http)
  http.action(async (flags: ProveHttpFlags) => {
    const { proveHttpEndpoint } = await import('./run.ts')
    ended(await proveHttpEndpoint(flags, io))
  })
  addHelp(http, io, {
    notes: [
      'Every request is a real one: fire it at a staging endpoint. It is refused where any address of the target is not on this machine, unless --i-own-this says that you may; a redirect is never followed.',
      'Without a way to count effects it judges by the answers alone, and cannot see a second effect that was answered like the first. A counter answers with a bare number, or with JSON and --count-pointer. {key} is encoded in a URL, bound as a parameter in SQL (write it without quotes), and a quoted argument in a command.',
      'A command is run by sh. --restart-cmd may stay in the foreground: it is taken as done once the target accepts connections, and is left running at the end.',
    ],
    examples: [
      [
        'with its effects counted in the database',
        `counterfoil prove http --url http://127.0.0.1:3000/charges --body @charge.json --count-sql 'SELECT count(*) FROM charges WHERE key = {key}' --db postgres://localhost/app`,
      ],
      [
        'a storm alone, and a page about it',
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
      'its body, or @ and the file that holds it: @charge.json; {key} in it stands for the key',
    )
    .option('--method <method>', 'its method', 'POST')
    .option('--header <field>', 'a field of it: "Authorization: …"; may be repeated', repeated)
    .option('--key-header <name>', 'the field that carries the key', 'Idempotency-Key')
    .addOption(
      new Option('--guarantee <name>', 'what the endpoint promises across failures')
        .choices(['at-most-once', 'at-least-once'])
        .default('at-most-once'),
    )
    .option('--lease <time>', 'how long a crashed request may stay in progress at most', '30s')
    .option('--expect-conflict <status>', 'the status that refuses a key with another body; default any 4xx')
}

function howEffectsAreCounted(http: Command): void {
  http
    .optionsGroup('How effects are counted:')
    .addOption(
      new Option('--count-url <url>', 'answers with the number of effects of {key}').conflicts([
        'countSql',
        'countCmd',
      ]),
    )
    .addOption(
      new Option('--count-sql <query>', 'selects the number of effects of {key}; with --db').conflicts(
        'countCmd',
      ),
    )
    .option('--db <url>', 'the database of --count-sql: sqlite:app.db or postgres://host/database')
    .option('--count-cmd <command>', 'prints the number of effects of {key}')
    .option('--count-pointer <pointer>', 'where the number is, if the counter answers with JSON: /count')
}

function howItIsFired(http: Command): void {
  http
    .optionsGroup('How it is fired:')
    .option('--requests <n>', 'how many are simultaneous in a storm', '200')
    .option('--processes <n>', 'from how many processes', '4')
    .option('--rounds <n>', 'how often what is a race is played', '20')
    .addOption(
      new Option('--connections <how>', 'whether requests share connections')
        .choices(['reuse', 'fresh'])
        .default('reuse'),
    )
    .option('--stagger <times>', 'within which time after each other they leave: 0..50ms; default at once')
    .option('--seed <n>', 'makes the same choices as the run that had it')
    .option('--only <scenarios>', 'these scenarios alone, with commas between; a wrong name lists them')
    .option('--i-own-this', 'the target is not on this machine, and you may fire at it')
}

function whatScenariosNeed(http: Command): void {
  http
    .optionsGroup('What single scenarios need:')
    .option(
      '--as <field>',
      'another caller: its field instead of the same in --header; may be repeated',
      repeated,
    )
    .option('--conflict-body <text>', 'another body, where the given one is not JSON; @ and a file')
    .option('--second-url <url>', 'another operation that takes the same body')
    .option(
      '--limited-header <field>',
      'a field that makes the endpoint answer 429; may be repeated',
      repeated,
    )
    .option('--refused-header <field>', 'a field that makes its upstream refuse; may be repeated', repeated)
    .option('--kill-cmd <command>', 'kills the service, as a crash would')
    .option('--restart-cmd <command>', 'starts it again')
    .option(
      '--margin <time>',
      'how long past the lease nothing may still be in progress; default as long again, from 500ms to 5s',
    )
    .option(
      '--late <time>',
      'how long after its outcome a late retry comes; default the lease and the margin',
    )
}

function whatBecomesOfIt(http: Command): void {
  http
    .optionsGroup('The report:')
    .option('--report <folder>', 'write report.json, report.xml (JUnit), report.md and report.html into it')
    .option('--json', 'the report as JSON on stdout, and nothing else there')
}

function repeated(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}
