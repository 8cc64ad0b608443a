import type { Proof } from 'counterfoil/testing'
import type { CounterFlags } from '../counters/open-counter.ts'
import type { ServiceCommandFlags } from '../service-commands.ts'
import { withoutSecrets } from '../without-secrets.ts'

/** What the command was run with beyond the engine's own options. A command may hold a secret, a query of SQL binds its own. */
export function toldFlags(flags: CounterFlags & ServiceCommandFlags): Proof['terms'] {
  const told: readonly (readonly [string, string | undefined])[] = [
    ['--count-url', flags.countUrl && withoutSecrets(flags.countUrl)],
    ['--count-sql', flags.countSql],
    ['--db', flags.db && withoutSecrets(flags.db)],
    ['--count-cmd', flags.countCmd && 'given'],
    ['--count-pointer', flags.countPointer],
    ['--kill-cmd', flags.killCmd && 'given'],
    ['--restart-cmd', flags.restartCmd && 'given'],
  ]
  return told.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
}
