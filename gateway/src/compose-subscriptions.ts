// Who listens to what under one configuration, composed: what is seen and may be read is asked of the policies, and
// what happens at targets of their connectors. Like app.ts it may name implementations.
import type { Authorize } from './authorize/authorize.ts'
import type { Connector } from './call/connector.ts'
import type { CatalogueWatch } from './catalogue/catalogue.ts'
import type { Obtain } from './credential/obtain.ts'
import { createReadableAt } from './mcp/subscriptions/readable-at.ts'
import { createSeen } from './mcp/subscriptions/seen.ts'
import { createSubscriptions, type Subscriptions } from './mcp/subscriptions/subscriptions.ts'
import type { Shared } from './shared.ts'

export function composeSubscriptions(
  {
    authorize,
    catalogue,
    connectors,
    obtain,
    minProtocol,
  }: {
    readonly authorize: Authorize
    readonly catalogue: CatalogueWatch
    readonly connectors: ReadonlyMap<string, Connector>
    readonly obtain: Obtain
    readonly minProtocol: (target: string) => string
  },
  { switches, log, clock }: Shared,
): Subscriptions {
  const { resources } = catalogue
  const sight = { authorize, switches, resources, catalogue: catalogue.current, minProtocol }
  const subscriptions = createSubscriptions({
    seen: createSeen(sight),
    readableAt: createReadableAt(sight),
    targets: [...connectors.keys()],
    listenTo(target) {
      const listen = connectors.get(target)?.listen
      if (listen === undefined) return undefined
      return async (filter, on, signal) => {
        try {
          return await listen(filter, await obtain.forTarget(target), on, signal)
        } catch (error) {
          return error instanceof Error ? error.message : 'unknown error'
        }
      }
    },
    describeAgain(target) {
      void catalogue.refresh(target).then(() => subscriptions.changed())
    },
    log,
    nowMs: clock.monotonicMs,
  })
  return subscriptions
}
