// What one configuration makes: routes, verification, decisions, connectors. A reload builds a whole new generation
// beside the old one and swaps the two; calls that are under way end in the generation that they began in.
// Like app.ts it may name implementations.
import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { createAuthorize, type Authorize, type LoadResult } from './authorize/authorize.ts'
import { readPolicyFiles } from './authorize/policy-files.ts'
import type { Connector } from './call/connector.ts'
import { createMcpConnector } from './call/mcp/mcp.ts'
import { createCatalogue, type CatalogueWatch } from './catalogue/catalogue.ts'
import type { Config } from './config/schema.ts'
import { readSettled } from './config/settled.ts'
import { createObtain } from './credential/obtain.ts'
import { createIdentify, type Identify } from './identify/identify.ts'
import { createHeadSettings } from './in/head-settings.ts'
import { createPipeline, type Handle } from './pipeline.ts'
import { createRoutes } from './routes.ts'
import type { Shared } from './shared.ts'

/** What does not answer at once (a target, an issuer) does not hold up the start. */
const FIRST_ANSWER_MS = 1000

export type Generation = {
  readonly config: Config
  readonly handle: Handle
  readonly identify: Identify
  readonly authorize: Authorize
  readonly catalogue: CatalogueWatch
  /** Reads the policy folder again and swaps the set; the last good one stays where that fails. */
  readonly reloadPolicies: () => Promise<LoadResult | 'unchanged'>
  /** Ends what runs in the background, once nothing is under way in it. */
  readonly close: () => Promise<void>
}

/** Why a configuration that is well-formed still cannot run. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
}

export async function createGeneration(config: Config, shared: Shared): Promise<Generation> {
  const { folder } = config.policies
  const readPolicies = () => readSettled([folder], () => readPolicyFiles(folder))
  const reading = readPolicies()
  // Awaited below, beside what takes longer.
  reading.catch(() => undefined)
  const connectors = new Map<string, Connector>()
  const obtain = createObtain(config.targets, shared.secrets)
  for (const [id, settings] of Object.entries(config.targets)) {
    const { pools, clock, log } = shared
    const { resultBytes } = config.limits
    connectors.set(id, createMcpConnector(id, settings, { pools, clock, log, resultBytes }))
  }
  const catalogue = createCatalogue(
    Object.entries(config.targets).map(([id, { baseline, tools }]) => ({ id, baseline, tools })),
    {
      connectors,
      credential: obtain.forTarget,
      store: shared.store,
      clock: shared.clock,
      log: shared.log,
      pinChanged: (detail) => shared.note('pin_changed', detail),
    },
  )
  // What was approved is known without asking.
  await catalogue.restore()
  const described = catalogue.refresh()
  await Promise.race([described, setTimeout(FIRST_ANSWER_MS)])
  const authorize = createAuthorize({
    gatewayId: config.publicUrl,
    homeIssuer: config.authorization.issuers[0]?.issuer ?? '',
  })
  const identify = createIdentify(
    {
      issuers: config.authorization.issuers,
      requiredScopes: config.authorization.requiredScopes,
    },
    {
      fetch: shared.fetch,
      clock: shared.clock,
      denyList: shared.denyList,
      log: shared.log,
      keyCaches: shared.keyCaches,
    },
  )
  let files = await reading
  const reloadPolicies = async (): Promise<LoadResult | 'unchanged'> => {
    const next = await readPolicies()
    if (isDeepStrictEqual(next, files)) return 'unchanged'
    const loaded = authorize.load(next, catalogue.current())
    if (loaded.loaded) files = next
    return loaded
  }
  const first = authorize.load(files, catalogue.current())
  if (!first.loaded) {
    catalogue.close()
    authorize.close()
    throw new Unfit(first.findings.map(inOneLine).join('\n'))
  }
  const stopFollowing = catalogue.onChange((next) => {
    const loaded = authorize.load(files, next)
    if (loaded.loaded) shared.note('policy_changed', loadedDetail(loaded))
    // The old pair of set and schema stays: what changed at the target is not callable until the set fits.
    if (!loaded.loaded) {
      shared.log.error(
        { findings: loaded.findings.map(inOneLine) },
        'the policies do not fit the new catalogue',
      )
    }
  })
  await shared.audit.event('policy_changed', loadedDetail(first))

  const handle = createPipeline({
    routes: createRoutes(config.publicUrl, Object.keys(config.targets)),
    head: createHeadSettings({
      publicUrl: config.publicUrl,
      allowedOrigins: config.allowedOrigins,
      loopbackPort: config.listen.tls === undefined ? shared.port() : undefined,
      nowMs: shared.clock.monotonicMs,
    }),
    limits: config.limits,
    identify: identify.identify,
    revoked: identify.revoked,
    authorize,
    obtain: obtain.forPermit,
    connectors,
    audit: shared.audit,
    streams: shared.streams,
    clock: shared.clock,
    authorizationServers: config.authorization.issuers.map(({ issuer }) => issuer),
    requiredScopes: config.authorization.requiredScopes,
    version: shared.version,
    observe: shared.observe,
  })
  await Promise.race([identify.warm(), setTimeout(FIRST_ANSWER_MS)])
  return {
    config,
    handle,
    identify,
    authorize,
    catalogue,
    reloadPolicies,
    async close() {
      stopFollowing()
      catalogue.close()
      authorize.close()
      await Promise.all([...connectors.values()].map((connector) => connector.close()))
    },
  }
}

export function inOneLine(finding: {
  file: string
  line: number
  column: number
  text: string
}): string {
  return `${finding.file}:${finding.line}:${finding.column} ${finding.text}`
}

export function loadedDetail(
  loaded: Extract<LoadResult, { loaded: true }>,
): Record<string, unknown> {
  const { setVersion, schemaVersion, policies, quarantined } = loaded
  return { setVersion, schemaVersion, policies, quarantined: Object.fromEntries(quarantined) }
}
