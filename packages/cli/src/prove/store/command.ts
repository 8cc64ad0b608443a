import type { Command } from 'commander'
import type { Ended } from '../../exit-codes.ts'
import { addHelp } from '../../help.ts'
import type { Io } from '../../io.ts'
import { addReportFlags } from '../report-flags.ts'
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
  addReportFlags(store)
  store.action(async (url: string, flags: ProveStoreFlags) => {
    const { proveStoreAt } = await import('./run.ts')
    ended(await proveStoreAt(url, flags, io))
  })
  addHelp(store, io, {
    notes: [
      'It never reads or writes your receipts. It makes a place of its own beside them, and removes it at the end: a file in a new folder beside the SQLite file; a schema counterfoil_prove_… in the PostgreSQL database (the user needs CREATE on it); keys under <prefix>prove-… in Redis. The server is shared, and feels the load.',
      'Every call of a storm is recorded with its answer, and there must be an order of the calls in which each answer is right (linearizability). A call without an answer may have been carried out or not.',
      'Without --restart-cmd and --failover-cmd, restart and failover are not shown, and the exit code is 3; to leave them out, name the other scenarios in --only. These commands hit everything on the server: use them on a copy.',
    ],
    examples: [
      ['everything that needs no command', 'counterfoil prove store postgres://localhost/app'],
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
    .option('--rounds <n>', 'how often each race is played', '5')
    .option('--processes <n>', 'how many processes make calls', '4')
    .option('--calls <n>', 'how many calls each process makes in a storm', '200')
    .option(
      '--clock-slack <time>',
      'how far its clock may drift from this one in a scenario, or two servers may differ',
      '5ms',
    )
    .option('--seed <n>', 'makes the choices of an earlier run again')
    .option(
      '--only <scenarios>',
      'play these scenarios alone, separated by commas; contract stands for the whole suite',
    )
}

function whatScenariosNeed(store: Command): void {
  store
    .optionsGroup('What single scenarios need:')
    .option('--kill-cmd <command>', 'a command that kills the server, as a crash would')
    .option(
      '--restart-cmd <command>',
      'a command that starts it again; without --kill-cmd, one that restarts it',
    )
    .option('--failover-cmd <command>', 'a command that makes another server take over')
    .option('--back-within <time>', 'how long the store may be away for that', '60s')
}
