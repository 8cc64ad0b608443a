import { type Command, Option } from 'commander'
import { type Ended, gatewayExitCodes } from '../exit-codes.ts'
import { addHelp } from '../help.ts'
import type { Io } from '../io.ts'
import type { GatewayFlags } from './flags.ts'

/** `counterfoil gateway`: each flag with its default. */
export function addGateway(program: Command, io: Io, ended: Ended): void {
  const gateway = program
    .command('gateway')
    .description('A reverse proxy that makes the backend behind it idempotent, with no change to it.')
    .option(
      '--config <file>',
      'a file with these settings and those of single routes; flags override its top level',
    )
    .option('--upstream <url>', 'the backend: http://127.0.0.1:3000')
    .option('--listen <address>', 'where it listens', '127.0.0.1:8787')
    .option('--store <url>', 'where receipts are kept', 'sqlite:counterfoil.db')
    .addOption(
      new Option('--guarantee <name>', 'what is promised across failures')
        .choices(['at-most-once', 'at-least-once'])
        .default('at-most-once'),
    )
    .option('--require-key', 'refuse a request without an Idempotency-Key (400)')
    .option(
      '--key-pointer <pointer>',
      'where the key is in a JSON body, instead of in the field: /idempotency_key',
    )
    .option(
      '--tenant-header <name>',
      'the field that names the tenant; a front must set it, and strip the caller’s',
    )
    .option(
      '--authorize <url>',
      'asked, with the retry’s own fields, whether its caller may see the outcome: 2xx says yes',
    )
    .option('--methods <list>', 'methods whose keyed requests run once', 'POST,PATCH')
    .option('--ttl <time>', 'how long an outcome is kept', '24h')
    .option('--key-retention <time>', 'how long a key is remembered (default: the ttl)')
    .option('--lease <time>', 'how long a claim holds without renewal', '30s')
    .addOption(new Option('--wait <time>', 'how long a second request waits for the first').default('10s'))
    .addOption(new Option('--reject', 'refuse a second request at once').conflicts('wait'))
    .option('--max-duration <time>', 'how long a claim is renewed at most', '10m')
    .option('--max-request <size>', 'largest keyed request: bytes, kb, mb', '10mb')
    .option('--capture-limit <size>', 'largest response that is kept: bytes, kb, mb', '1mb')
    .option(
      '--upstream-timeout <time>',
      'how long the upstream may take to begin its answer, from the last piece of the request',
      '60s',
    )
    .option('--fail-open', 'pass keyed requests on where the store can’t be asked; only with at-least-once')
    .option(
      '--keep-request',
      'keep each keyed request until it has a final outcome, credentials and all: whoever reads the store can read them',
    )
    .option(
      '--recover-abandoned <time>',
      'send a kept request to the upstream again, this long after its lease ended; only with --keep-request and at-least-once',
    )
    .option('--admin <address>', 'where /healthz, /readyz and /metrics are served; default nowhere')
    .addOption(
      new Option('--log <form>', 'one line for each request').choices(['json', 'pretty']).default('pretty'),
    )
    .action(async (flags: GatewayFlags, command: Command) => {
      const own = Object.entries(flags).filter(([name]) => command.getOptionValueSource(name) === 'cli')
      const { serveGateway } = await import('./serve.ts')
      ended(await serveGateway({ all: flags, own: Object.fromEntries(own) }, io))
    })
  addHelp(gateway, io, {
    exitCodes: gatewayExitCodes,
    notes: [
      'A request with an Idempotency-Key field runs once at the upstream, and a retry gets the same status, fields and bytes. All else passes through as it comes: safe methods, requests without a key, WebSocket, event streams.',
      'Without --tenant-header there is one tenant, and a retry must carry the credentials of the first request (Authorization, X-API-Key, Cookie), unless --authorize names a URL that is asked: a replay never reaches the upstream’s own checks.',
      'Where no connection to the upstream can be made, nothing ran: 502, and a retry runs. Where it breaks off or times out after that, the outcome is unknown: held under at-most-once, run again under at-least-once.',
      'With --keep-request and --recover-abandoned 30s a request whose gateway died, or whose upstream broke off, is sent again with nobody there to retry it: by one gateway of those that share the store, with growing pauses until it is answered. Who comes later gets that answer.',
      'SIGTERM or SIGINT: takes no new requests, finishes what is under way, and exits with 0.',
    ],
    examples: [
      ['in front of a service', 'counterfoil gateway --upstream http://127.0.0.1:3000 --require-key'],
    ],
  })
}
