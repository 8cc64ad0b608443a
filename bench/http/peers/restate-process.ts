/**
 * `restate-process.ts INSTALLED_IN FILES`: one Restate node, as it comes, and a service behind its ingress. The service's
 * handler does nothing that would have to be journaled beside its request and its outcome.
 */
import { chargeCard } from '../../payload.ts'
import { listensOn } from '../apps/listening.ts'
import { freePort } from '../free-port.ts'
import { runRestate } from './restate-node.ts'

const [installedIn = '', files = ''] = process.argv.slice(2)
const [ingress, admin, fabric, service] = await Promise.all([freePort(), freePort(), freePort(), freePort()])

await runRestate({ installedIn, files, ports: { ingress, admin, fabric, service } }, (sdk) => [
  sdk.service({ name: 'charges', handlers: { create: () => chargeCard() } }),
])
listensOn(ingress)
