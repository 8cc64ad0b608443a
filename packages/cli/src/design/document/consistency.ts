import type { Answers } from '../answers/answers.ts'
import { isHarmful, isTransactional } from '../answers/judged.ts'
import { names } from '../decision/guarantee.ts'

/** The settings under which the store keeps what it has acknowledged, with why. */
export function consistency(answers: Answers): readonly string[] {
  const { store } = answers
  switch (store.kind) {
    case 'postgres':
      return [
        '`fsync` and `synchronous_commit` on: each answer comes after the log is on disk. READ COMMITTED is enough: the claim is decided by a unique index, and not by what a snapshot shows.',
        'The primary alone is asked. A replica shows receipts as they were.',
        failover(answers),
        'Through PgBouncer in transaction mode waiters poll, where otherwise NOTIFY wakes them.',
      ]
    case 'sqlite':
      return [
        'WAL, `synchronous = FULL`, and a local disk: each answer comes after an fsync. The store sets them.',
        'One host. Several processes of it may share the file; one writes at a time.',
        'The receipts are on one disk, and are lost with it: back the file up, and take the host out of service before it is restored to an older state.',
      ]
    case 'redis':
      return [
        '`maxmemory-policy noeviction`: a full server refuses new claims, and forgets none.',
        store.appendOnly === 'always'
          ? '`appendonly yes`, `appendfsync always`: each answer comes after the log is on disk.'
          : `\`appendonly yes\`, \`appendfsync everysec\`: a power cut may forget the last second, and what was claimed in it runs again. ${harmless(answers)}`,
        failover(answers),
        'The server’s clock decides leases: keep it slewed, and not stepped.',
      ]
    case 'memory':
      return ['Nothing survives the process.']
  }
}

function failover(answers: Answers): string {
  const { store } = answers
  switch (store.failover) {
    case 'waits':
      return store.kind === 'redis'
        ? 'Every write waits for all replicas that may be promoted (`wait-for-replicas`); where fewer answer in time it is told as unknown, and sent again under its token. Setting `min-replicas-to-write` alone does not do this.'
        : 'A synchronous standby (`synchronous_standby_names`): a commit is answered once it is there too, and a failover to it forgets none.'
    case 'lags':
      return isTransactional(answers)
        ? 'The standby may be behind. What a failover loses, it loses of receipt and effect alike: a retry runs again, and its effect is the only one that is left.'
        : `The standby may be behind: a failover forgets the latest claims, and what is retried then runs again. ${harmless(answers)}`
    default:
      return 'Nothing takes over: while the server is down every request is refused, and it comes back with its disk.'
  }
}

/** Why a forgotten claim is no double: the rules let nothing else through. */
function harmless({ effects }: Answers): string {
  const harmful = effects.filter(isHarmful)
  return harmful.length === 0
    ? `Repeating ${names(effects)} changes nothing.`
    : `${names(harmful)} is called by a key derived from (tenant, operation, key), which is the same then, and deduplicates by it.`
}
