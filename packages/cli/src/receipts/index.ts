import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Ended, receiptsExitCodes } from '../exit-codes.ts'
import { addHelp, type HelpNotes } from '../help.ts'
import type { Io } from '../io.ts'
import type { AuditOptions } from './audit.ts'
import type { HandOptions } from './change-by-hand.ts'
import type { FindOptions } from './find-receipt.ts'
import type { LsOptions } from './ls.ts'
import type { MigrateOptions } from './migrate.ts'
import { type StoreOption, withStore, withUnjudgedStore } from './open-store.ts'
import { places } from './place.ts'
import type { ResolveOptions } from './resolve.ts'
import type { ShowOptions } from './show.ts'

/** `counterfoil receipts`: each verb with its options, and how to reach what it does. */
export function addReceipts(program: Command, io: Io, ended: Ended): void {
  const receipts = program
    .command('receipts')
    .description('Find receipts, see what they hold, and settle or release what is held.')
    .helpCommand(false)
  addHelp(receipts, io, receiptsHelp)
  addLs(receipts, io, ended)
  addShow(receipts, io, ended)
  addRelease(receipts, io, ended)
  addResolve(receipts, io, ended)
  addSweep(receipts, io, ended)
  addStats(receipts, io, ended)
  addAudit(receipts, io, ended)
  addMigrate(receipts, io, ended)
}

const receiptsHelp: HelpNotes = {
  exitCodes: receiptsExitCodes,
  notes: [
    'Every verb works on one store, named by --store or by the environment variable COUNTERFOIL_STORE. Name it by the variable where the URL holds a password: command lines are seen by others on the machine. A store that is not there is never created.',
    'Whoever holds an idempotency key can read an answer with it. Lists mask keys unless you ask for them with --keys; claim tokens and credentials are never printed, but where --body raw asks for a kept request as it is.',
  ],
  examples: [
    ['what waits for somebody', 'counterfoil receipts ls --store sqlite:receipts.db --state abandoned'],
    ['what became of one request', 'counterfoil receipts show --store sqlite:receipts.db order-4711'],
  ],
}

function addLs(receipts: Command, io: Io, ended: Ended): void {
  const ls = receipts
    .command('ls')
    .description('List receipts, newest first.')
    .addOption(storeOption())
    .addOption(new Option('--state <state>', 'only those in this state').choices(places))
    .option('--tenant <tenant>', 'only those of this tenant')
    .option('--operation <operation>', 'only those of this operation')
    .option('--older-than <time>', 'only those created at least this long ago: 500ms, 30s, 10m, 24h, 30d')
    .option('--newer-than <time>', 'only those created at most this long ago')
    .addOption(
      new Option('--limit <n>', 'at most this many').argParser(wholeNumber(1, 1_000_000)).default(50),
    )
    .addOption(new Option('--all', 'all of them').conflicts('limit'))
    .option('--keys', 'show keys in clear (whoever holds one can read an answer)')
    .option('--json', 'one JSON object a line, with ISO times')
    .action((options: LsOptions & StoreOption) =>
      end(ended, io, options, async (store) => (await import('./ls.ts')).ls(store, options, io)),
    )
  addHelp(ls, io, {
    notes: [
      'A key is shown by its first four characters if it has 16 or more, and not at all if it is shorter; "(hashed)" stands where the service stores no keys in clear. TRY is the number of the latest attempt. What is piped is plain text and never cut.',
      'Control characters in anything stored are written out as \\u{…}, here and in every other verb.',
    ],
    examples: [
      ['the latest fifty', 'counterfoil receipts ls --store sqlite:receipts.db'],
      ['held for more than an hour', 'counterfoil receipts ls --state abandoned --older-than 1h'],
      ['for a script', `counterfoil receipts ls --all --json | jq -r 'select(.attempt > 1) | .id'`],
    ],
  })
}

function addShow(receipts: Command, io: Io, ended: Ended): void {
  const show = receipts
    .command('show')
    .argument('[key]', keyArgument)
    .description('Show one receipt: where it stands, its attempts, and what it keeps.')
    .addOption(storeOption())
  findOptions(show)
    .addOption(
      new Option(
        '--body <view>',
        'how bodies are shown: whole as text or as a hex dump; raw writes the bytes alone',
      )
        .choices(['text', 'hex', 'raw'])
        .conflicts('json'),
    )
    .option(
      '--of <part>',
      "with --body raw: the bytes of 'outcome', 'request' or 'step:<name>' (default: outcome)",
    )
    .option('--json', 'one JSON object, with all that the receipt keeps')
    .action((key: string | undefined, options: ShowOptions & StoreOption) =>
      end(ended, io, options, async (store) => (await import('./show.ts')).show(store, key, options, io)),
    )
  addHelp(show, io, {
    notes: [
      'The key is shown, as is the answer that it opens. Without --body, a body is shown as text where it is text and as hex where it is not, and cut after 4 KiB of text or 512 bytes of hex.',
      'A key in a command line stays in the shell history: "-" reads it from stdin.',
    ],
    examples: [
      ['by its key', 'counterfoil receipts show order-4711 --tenant acct_1'],
      ['by its id, or the beginning of it', 'counterfoil receipts show --id 3f2a9c81'],
      ['the stored body, byte for byte', 'counterfoil receipts show order-4711 --body raw > body.bin'],
    ],
  })
}

function addRelease(receipts: Command, io: Io, ended: Ended): void {
  const release = receipts
    .command('release')
    .argument('[key]', keyArgument)
    .description('Let the next request run again: release what is held, or a stored failure.')
    .addOption(storeOption())
  handOptions(findOptions(release)).action((key: string | undefined, options: HandOptions & StoreOption) =>
    end(ended, io, options, async (store) => (await import('./release.ts')).release(store, key, options, io)),
  )
  addHelp(release, io, {
    notes: [
      'Make sure first that the broken attempt had no effect: ask the downstream by the derived key. Who released it, when and why is kept in the receipt. The change is made only if the receipt is still as it was shown, and it bars the old attempt from settling late.',
    ],
    examples: [
      [
        'after the payment provider said no',
        `counterfoil receipts release order-4711 --reason 'no charge at the PSP'`,
      ],
      ['in a script', `counterfoil receipts release --id 3f2a9c81 --reason 'INC-123' --by oncall --yes`],
    ],
  })
}

function addResolve(receipts: Command, io: Io, ended: Ended): void {
  const resolve = receipts
    .command('resolve')
    .argument('[key]', keyArgument)
    .description('Settle what is held with the outcome that you found out: every retry gets it.')
    .addOption(storeOption())
  findOptions(resolve)
    .addOption(
      new Option('--as <state>', 'what became of the side effect')
        .choices(['succeeded', 'failed'])
        .makeOptionMandatory(),
    )
    .optionsGroup('Outcome of a function (one of these):')
    .option('--json-value <json>', 'the value that it returned, as JSON')
    .option('--value-file <file>', 'the bytes that it returned, from a file ("-" is stdin)')
    .option('--nothing', 'it returned no value')
    .option('--error <message>', 'it threw an error with this message (with --as failed)')
    .option('--error-name <name>', 'the name of that error (default: "Error")')
    .option('--error-code <code>', 'the code of that error')
    .optionsGroup('Outcome of an HTTP request:')
    .addOption(new Option('--status <status>', 'the status of the response').argParser(wholeNumber(200, 599)))
    .addOption(
      new Option('--header <line>', "a field of the response, 'Name: value'; again for more").argParser(
        collected,
      ),
    )
    .option('--body-file <file>', 'the body of the response, from a file ("-" is stdin); empty if not given')
    .optionsGroup('Options:')
  handOptions(resolve).action((key: string | undefined, options: ResolveOptions & StoreOption) =>
    end(ended, io, options, async (store) => (await import('./resolve.ts')).resolve(store, key, options, io)),
  )
  addHelp(resolve, io, {
    notes: [
      'The outcome must have the form that the operation itself stores: a value where the receipt belongs to a function, a response where it belongs to an HTTP endpoint. An operation with a codec of its own decodes what you give.',
      'Who settled it, when and why is kept in the receipt. The change is made only if the receipt is still as it was shown, and it bars the old attempt from settling late.',
    ],
    examples: [
      [
        'the charge was made',
        `counterfoil receipts resolve order-4711 --as succeeded --json-value '{"id":"ch_1"}' --reason 'found at the PSP'`,
      ],
      [
        'an HTTP response',
        `counterfoil receipts resolve order-4711 --as succeeded --status 201 --header 'Content-Type: application/json' --body-file charge.json --reason INC-123`,
      ],
      [
        'it never will',
        `counterfoil receipts resolve order-4711 --as failed --error 'card declined' --reason INC-123`,
      ],
    ],
  })
}

function addSweep(receipts: Command, io: Io, ended: Ended): void {
  const sweep = receipts
    .command('sweep')
    .description('Drop expired outcomes and forgotten receipts now, until nothing is due.')
    .addOption(storeOption())
    .addOption(
      new Option('--batch <n>', 'receipts per write; claims go on in between')
        .argParser(wholeNumber(1, 10_000))
        .default(500),
    )
    .option('--json', 'one JSON object with the counts')
    .action((options: StoreOption & { batch: number; json?: boolean }) =>
      end(ended, io, options, async (store) => (await import('./sweep.ts')).sweep(store, options, io)),
    )
  addHelp(sweep, io, {
    notes: [
      'A service sweeps by itself; this is for stores that no service runs on, or to make room at once. It changes no answer that a caller gets. Held receipts past all patience become tombstones and are listed.',
    ],
    examples: [['nightly', 'counterfoil receipts sweep --store sqlite:receipts.db']],
  })
}

function addStats(receipts: Command, io: Io, ended: Ended): void {
  const stats = receipts
    .command('stats')
    .description('Count the receipts by state, and the bytes that they take.')
    .addOption(storeOption())
    .option('--json', 'one JSON object')
    .action((options: StoreOption & { json?: boolean }) =>
      end(ended, io, options, async (store) => (await import('./stats.ts')).stats(store, options, io)),
    )
  addHelp(stats, io, {
    examples: [['for an alert on what is held', `counterfoil receipts stats --json | jq .places.abandoned`]],
  })
}

function addAudit(receipts: Command, io: Io, ended: Ended): void {
  const audit = receipts
    .command('audit')
    .description('Say what this store, as it is set up, does and does not survive.')
    .addOption(storeOption())
    .option('--json', 'one JSON object a line')
    .action(async (options: StoreOption & AuditOptions) =>
      ended(
        await withUnjudgedStore(io, options, async (store) =>
          (await import('./audit.ts')).audit(store, options, io),
        ),
      ),
    )
  addHelp(audit, io, {
    notes: ['It exits with 1 where the store cannot keep its promise under its present settings.'],
    examples: [['before a release', 'counterfoil receipts audit --store sqlite:receipts.db']],
  })
}

function addMigrate(receipts: Command, io: Io, ended: Ended): void {
  const migrate = receipts
    .command('migrate')
    .description('Create or upgrade the tables of a store on a PostgreSQL server.')
    .addOption(storeOption())
    .option('--print', 'print the SQL instead, for a migration tool of your own; nothing is connected to')
    .action(async (options: MigrateOptions) =>
      ended(await (await import('./migrate.ts')).migrate(options, io)),
    )
  addHelp(migrate, io, {
    notes: [
      'Safe to run from many places at once: each step is made once, in a transaction under a lock. Services never change tables by themselves unless their URL says ?migrate=true. The URL names the schema and what the tables begin with: ?schema=billing&table-prefix=counterfoil_.',
    ],
    examples: [
      ['before a release', 'counterfoil receipts migrate --store postgres://db.internal/shop'],
      [
        'into a tool of your own',
        'counterfoil receipts migrate --store postgres://db.internal/shop --print > 0042_counterfoil.sql',
      ],
    ],
  })
}

const keyArgument = 'the idempotency key; "-" reads it from stdin'

function storeOption(): Option {
  return new Option('--store <url>', 'the store, such as sqlite:receipts.db (default: $COUNTERFOIL_STORE)')
}

function findOptions(command: Command): Command {
  return command
    .option('--id <id>', "instead of the key: the receipt's id, or the beginning of it")
    .option('--tenant <tenant>', 'the tenant, where others use the same key')
    .option('--operation <operation>', 'the operation, where others use the same key')
}

function handOptions(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why; kept in the receipt')
    .option('--by <name>', 'who; kept in the receipt (default: your user name)')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'the changed receipt as one JSON object')
}

async function end(
  ended: Ended,
  io: Io,
  options: StoreOption & FindOptions,
  verb: Parameters<typeof withStore>[2],
): Promise<void> {
  ended(await withStore(io, options, verb))
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`)
  }
}

function collected(line: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), line]
}
