import { durationText } from 'counterfoil'
import type { Answers } from '../answers/answers.ts'
import type { Design, Section } from './design.ts'
import { capital, page, table } from './markdown.ts'

export function keySection({ answers, decision }: Design): Section {
  const { ttl, keyRetention } = decision
  return {
    title: 'Key contract',
    text: page(
      table(
        ['', 'rule', 'reason'],
        [
          [
            'the key',
            `${suppliedBy[answers.key.suppliedBy]} supplies it: ${madeOf[answers.key.madeOf]}${foundIn(answers)}`,
            uniqueness(answers),
          ],
          ['with a retry', 'the same key', 'a new key is another intent, and runs'],
          [
            'scope',
            `(tenant, operation, key); the operation is ${operationName(answers)}`,
            'two tenants may have equal keys, and two operations too',
          ],
          ['tenant', tenantRule(answers), tenantReason(answers)],
          [
            'covers',
            covers(answers),
            'a key stands for one request: another one under it is a mistake of its sender’s',
          ],
          [
            'conflict',
            conflict(answers),
            'whatever the state of the first: it is not run, not answered with the other’s outcome, and tells nothing of it',
          ],
          [
            'no key, or a malformed one',
            malformed(answers),
            '1 to 255 bytes; without one nothing can be promised',
          ],
          ['outcome kept', durationText(ttl.ms), ttl.because],
          ['key remembered', durationText(keyRetention.ms), keyRetention.because],
        ],
      ),
      `Times count from when the outcome was settled, by the store's clock. A replay extends neither. Between ${durationText(ttl.ms)} and ${durationText(keyRetention.ms)} a retry is told that the request ran and that its outcome is gone.`.replace(
        ttl.ms === keyRetention.ms ? / Between .*$/ : /$^/,
        '',
      ),
    ),
  }
}

const suppliedBy: Readonly<Record<Answers['key']['suppliedBy'], string>> = {
  client: 'The caller',
  sender: 'The sender of the webhook',
  producer: 'The producer of the message',
  scheduler: 'The scheduler',
  service: 'The service',
}

const madeOf: Readonly<Record<Answers['key']['madeOf'], string>> = {
  random: 'random, made once for each intent and kept with it',
  'business-id': 'the id of the thing that is changed',
  'event-id': 'the id of the event',
  'delivery-id': 'the id that the queue gives the message',
  content: 'a digest of the content',
}

function foundIn({ key }: Answers): string {
  if (key.foundIn === undefined) return ''
  return 'field' in key.foundIn
    ? `, in the field \`${key.foundIn.field}\``
    : `, in the body at \`${key.foundIn.pointer}\`, which stays out of the comparison`
}

function uniqueness({ key }: Answers): string {
  if (key.secondChange === 'never')
    return 'it never comes again for another change: that was asked, and is what makes it a key'
  return key.madeOf === 'delivery-id'
    ? 'the queue gives one id to all deliveries of a message, and nobody else sends it again'
    : 'two intents never have one key, and one intent never two'
}

function operationName({ operation }: Answers): string {
  const own = `\`${operation.name}\``
  return operation.reachedBy === 'http' ? `${own} in the library, \`${operation.route}\` at the gateway` : own
}

function tenantRule({ operation, tenant }: Answers): string {
  if (operation.reachedBy !== 'http') return 'named by the code that calls, from what it is authorised for'
  return tenant.field === undefined
    ? 'one; a retry carries the credentials of the first request, or is refused (403)'
    : `the field \`${tenant.field}\`, set in front by what authenticates, and stripped of what the caller sent`
}

function tenantReason({ operation, tenant }: Answers): string {
  return operation.reachedBy === 'http' && tenant.field === undefined
    ? 'whoever learns a key must not be given another’s answer'
    : 'a stable principal, and no token that rotates: a retry after the rotation has the same receipt'
}

function covers({ operation }: Answers): string {
  return operation.reachedBy === 'http'
    ? 'method, path, query, media type and body; JSON by its value, so that order and white space do not matter, and numbers as exact decimals'
    : 'the request by its value, its members in any order'
}

function conflict({ operation, key }: Answers): string {
  const what = 'the same key with another request is refused'
  if (operation.reachedBy === 'http') return `${what}: 422, ${'`key-conflict`'}`
  return key.suppliedBy === 'producer'
    ? `${what} (\`key_conflict\`): the message is set aside`
    : `${what} (\`key_conflict\`)`
}

function malformed({ operation }: Answers): string {
  return operation.reachedBy === 'http' ? capital('refused: 400') : 'Refused (`key_invalid`)'
}
