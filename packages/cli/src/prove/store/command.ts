import type { Command } from 'commander'
import type { Ended } from '../../exit-codes.ts'
import { addHelp } from '../../help.ts'
import type { Io } from '../../io.ts'
import type { ProveStoreFlags } from './flags.ts'

/** `counterfoil prove store`: each flag with its default. */
export function addProveStore(prove: Command, io: Io, ended: Ended): void {
  const store = prove
    .command('store')
    .description(
      'Hold your own store, under its own settings, to the contract of receipts: storms, zombies, broken connections, restarts.',
    )
    .argument('<url>', 'the store: sqlite:receipts.db, postgres://host/database, redis://host:6379')
  howItIsPlayed(store)
  whatScenariosNeed(store)
  store
    .optionsGroup('The report:')
    .option('--report <folder>', 'write report.json, report.xml (JUnit), report.md and report.html into it')
    .option('--json', 'the report as JSON on stdout, and nothing else there')
    .action(async (url: string, flags: ProveStoreFlags) => {
      const { proveStoreAt } = await import('./run.ts')
      ended(await proveStoreAt(url, flags, io))
    })
  addHelp(store, io, {
    notes: [
      'It never reads or writes the receipts of the store. It makes a place of its own beside them, and removes it: a file in a new folder beside the SQLite file; a schema counterfoil_prove_… in the PostgreSQL database (the user needs CREATE on it); keys under <prefix>prove-… in Redis. The server is the same, so its load is felt there.',
      'Every call and answer of its storms is recorded, and there must be an order of the calls in which each answer is right (linearizability). A call that got no answer may have been made or not.',
      'Without --restart-cmd and --failover-cmd these scenarios are not shown, and the exit code is 3; name the others by --only where they are not asked for. What a server forgets is found by restarting it: do that on a copy.',
    ],
    examples: [
      ['all that needs no command', 'counterfoil prove store postgres://localhost/app'],
      [
        'crash and restart as well',
        `counterfoil prove store redis://localhost:6379 --kill-cmd 'docker kill redis' --restart-cmd 'docker start redis'`,
      ],
      [
        'storms alone, many of them, and a page about them',
        'counterfoil prove store sqlite:receipts.db --only storm,zombies --rounds 50 --report out/',
      ],
    ],
  })
}

function howItIsPlayed(store: Command): void {
  store
    .optionsGroup('How it is played:')
    .option('--rounds <n>', 'how often what is a race is played', '5')
    .option('--processes <n>', 'from how many processes', '4')
    .option('--calls <n>', 'of each process in a storm', '200')
    .option(
      '--clock-slack <time>',
      'how far its clock may go astray in a scenario, or two servers differ',
      '5ms',
    )
    .option('--seed <n>', 'makes the same choices as the run that had it')
    .option(
      '--only <scenarios>',
      'these scenarios alone, with commas between; contract stands for all of the suite',
    )
}

function whatScenariosNeed(store: Command): void {
  store
    .optionsGroup('What single scenarios need:')
    .option('--kill-cmd <command>', 'kills the server, as a crash would')
    .option('--restart-cmd <command>', 'starts it again; without --kill-cmd, restarts it')
    .option('--failover-cmd <command>', 'makes another server take over')
    .option('--back-within <time>', 'how long the store may be gone for that', '60s')
}
