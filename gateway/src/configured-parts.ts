// The parts of the path that are as one configuration says, or as the process has them, whatever there is to decide:
// generation.ts adds what identifies, decides and calls. Like app.ts it may name implementations.
import type { Config } from './config/schema.ts'
import type { PipelineParts } from './exchange.ts'
import { createHeadSettings } from './in/head-settings.ts'
import { createClientInput } from './mcp/input/input.ts'
import { createRequestStates } from './mcp/input/request-state.ts'
import { createRoutes } from './routes.ts'
import type { Shared } from './shared.ts'

type Generated =
  | 'identify'
  | 'revoked'
  | 'authorize'
  | 'successor'
  | 'checkArguments'
  | 'obtain'
  | 'connectors'
  | 'resources'
  | 'subscriptions'

export function configuredParts(config: Config, shared: Shared): Omit<PipelineParts, Generated> {
  const { publicUrl, allowedOrigins, listen, limits, targets, authorization } = config
  const { audit, streams, sessions, largeAnswers, switches, traces, clock } = shared
  const { settle, access } = shared.approvals
  const minProtocol = (id: string | undefined): string =>
    (id === undefined ? undefined : targets[id]?.minProtocol) ?? config.minProtocol
  return {
    routes: createRoutes(publicUrl, Object.keys(targets), minProtocol),
    minProtocol,
    head: createHeadSettings({
      publicUrl,
      allowedOrigins,
      loopbackPort: listen.tls === undefined ? shared.port() : undefined,
      nowMs: clock.monotonicMs,
    }),
    limits,
    sheds: shared.pressure.sheds,
    instructions: (target) =>
      (target === undefined ? undefined : targets[target]?.instructions) ?? config.instructions,
    audit,
    streams,
    streamLimits: { all: limits.streams, perPrincipal: limits.streamsPerPrincipal },
    sessions,
    input: createClientInput(
      (id) => targets[id]?.mayAsk,
      createRequestStates(shared.seals.of('request-state'), clock),
      sessions.awaitResponse,
    ),
    search: config.search,
    settle,
    access,
    budgets: shared.budgets.under(config),
    gates: shared.gates.under(targets),
    largeAnswers,
    switches,
    traces,
    clock,
    authorizationServers: authorization.issuers.map(({ issuer }) => issuer),
    requiredScopes: authorization.requiredScopes,
    version: shared.version,
    observe: shared.observe,
  }
}
