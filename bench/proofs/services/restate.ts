/** Restate's ingress and two services behind it. The effect is in `ctx.run`, as its documentation says under "Durable steps". */
import { listensOn } from '../../http/apps/listening.ts'
import { restateFolder } from '../../http/peers/restate.ts'
import { type RestateHandler, runRestate } from '../../http/peers/restate-node.ts'
import { charge } from './charge.ts'
import { serviceTerms } from './terms.ts'

const { port, ledger, folder } = serviceTerms()

await runRestate(
  {
    installedIn: restateFolder() as string,
    files: folder,
    // The same again after a restart: what it has registered stays where it is.
    ports: { ingress: port, admin: port + 1, fabric: port + 2, service: port + 3 },
  },
  (sdk) => ['charges', 'refunds'].map((name) => sdk.service({ name, handlers: { create: charging() } })),
)
listensOn(port)

function charging(): RestateHandler {
  return async (context, body) => {
    const asked = { key: String(context.request().id), prefer: undefined, body }
    return context.run('charge', () => charge(ledger, asked))
  }
}
