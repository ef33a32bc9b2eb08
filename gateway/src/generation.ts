// What one configuration makes: routes, verification, decisions, connectors. A reload builds a whole new generation
// beside the old one and swaps the two; calls that are under way end in the generation that they began in.
// Like app.ts it may name implementations.
import { setTimeout } from 'node:timers/promises'
import { createArgumentChecks, type ArgumentChecks } from './authorize/argument-schema.ts'
import type { Authorize, AuthorizeSettings } from './authorize/authorize.ts'
import { createKeptSchemas } from './authorize/kept-schemas.ts'
import type { Connector } from './call/connector.ts'
import { createMcpConnector } from './call/mcp/mcp.ts'
import { createCatalogue, type CatalogueWatch } from './catalogue/catalogue.ts'
import { catalogueTargets } from './catalogue/settings.ts'
import { composeSubscriptions } from './compose-subscriptions.ts'
import { configuredParts } from './configured-parts.ts'
import { relaxations } from './config/relaxations.ts'
import type { Config } from './config/schema.ts'
import { createObtain, type Obtain } from './credential/obtain.ts'
import { createIdentify, type Identify } from './identify/identify.ts'
import { readOutwards, type Outwards } from './outward.ts'
import { createPipeline, type Handle } from './pipeline.ts'
import { createPolicies, readPolicies, type Policies } from './policies.ts'
import { reportRelaxed } from './report-relaxed.ts'
import type { Shared } from './shared.ts'
import { Unfit } from './unfit.ts'

/** What does not answer at once (a target, an issuer) does not hold up the start. */
const FIRST_ANSWER_MS = 1000

export type Generation = {
  readonly config: Config
  readonly handle: Handle
  readonly identify: Identify
  readonly authorize: Authorize
  readonly catalogue: CatalogueWatch
  readonly outwards: Outwards
  /** Files of authorities are read again; rejects in words where they cannot be. */
  readonly outwardsChanged: () => Promise<boolean>
  /** Every target was asked once, and the policies decide on what came. Never rejects. */
  readonly described: Promise<void>
  readonly reloadPolicies: Policies['reload']
  readonly tryCatalogue: Policies['tryCatalogue']
  /** Ends what runs in the background, once nothing is under way in it. */
  readonly close: () => Promise<void>
}

/** What has to be closed again, first to last. */
type Closers = (() => unknown)[]

/** Rejects with everything closed again that it had opened. */
export async function createGeneration(config: Config, shared: Shared): Promise<Generation> {
  const closers: Closers = []
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0)) await end()
  }
  try {
    return { ...(await build(config, shared, closers)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function build(
  config: Config,
  shared: Shared,
  closers: Closers,
): Promise<Omit<Generation, 'close'>> {
  const reading = readPolicies(config.policies.folder)
  // Awaited below, beside what takes longer.
  reading.catch(() => undefined)
  const outwards = await outwardsOf(config, shared)
  const obtain = createObtain(config.targets, shared.secrets)
  const connectors = connectTargets(config, outwards, shared, closers)
  const argumentChecks = createArgumentChecks(
    targetsWhere(config, (target) => target.checkArguments),
  )
  const catalogue = watchTargets(config, { connectors, obtain, argumentChecks }, shared)
  closers.unshift(() => catalogue.close())
  // What was approved is known without asking.
  await catalogue.restore()
  const described = catalogue.refresh()
  await Promise.race([described, setTimeout(FIRST_ANSWER_MS)])
  const identify = identifyBy(config, outwards, shared)
  const policies = createPolicies(await reading, {
    settings: decideBy(config, shared),
    catalogue,
    policies: config.policies,
    shared,
  })
  closers.unshift(() => policies.close())
  await policies.inForce
  await reportRelaxed(relaxations(config), shared)

  const { authorize } = policies
  const configured = configuredParts(config, shared)
  const { minProtocol } = configured
  const subscriptions = composeSubscriptions(
    { authorize, catalogue, connectors, obtain, minProtocol },
    shared,
  )
  closers.unshift(() => subscriptions.close())
  const handle = createPipeline({
    ...configured,
    identify: identify.identify,
    revoked: identify.revoked,
    authorize,
    successor() {
      const now = shared.authorize()
      return now === authorize ? undefined : now
    },
    checkArguments: argumentChecks.ofCall,
    obtain: obtain.forPermit,
    connectors,
    resources: catalogue.resources,
    subscriptions,
  })
  await Promise.race([identify.warm(), setTimeout(FIRST_ANSWER_MS)])
  return {
    config,
    handle,
    identify,
    authorize,
    catalogue,
    outwards,
    outwardsChanged: async () => (await outwardsOf(config, shared)).version !== outwards.version,
    described,
    reloadPolicies: policies.reload,
    tryCatalogue: policies.tryCatalogue,
  }
}

async function outwardsOf(config: Config, { secrets }: Shared): Promise<Outwards> {
  try {
    return await readOutwards(config, secrets)
  } catch (error) {
    throw new Unfit(error instanceof Error ? error.message : 'unknown error')
  }
}

function connectTargets(
  { targets, limits: { resultBytes } }: Config,
  outwards: Outwards,
  { pools, clock, log }: Shared,
  closers: Closers,
): ReadonlyMap<string, Connector> {
  const connectors = new Map<string, Connector>()
  for (const [id, settings] of Object.entries(targets)) {
    const outward = outwards.ofTarget(id)
    const connector = createMcpConnector(id, settings, { pools, outward, clock, log, resultBytes })
    connectors.set(id, connector)
    closers.push(() => connector.close())
  }
  return connectors
}

function watchTargets(
  { targets }: Config,
  {
    connectors,
    obtain,
    argumentChecks,
  }: {
    readonly connectors: ReadonlyMap<string, Connector>
    readonly obtain: Obtain
    readonly argumentChecks: ArgumentChecks
  },
  { store, clock, log, note }: Shared,
): CatalogueWatch {
  const catalogued = catalogueTargets(targets).map((target) => ({
    ...target,
    ...argumentChecks.forCatalogue(target.id),
  }))
  return createCatalogue(catalogued, {
    connectors,
    credential: obtain.forTarget,
    store,
    clock,
    log,
    pinChanged: (detail) => note('pin_changed', detail),
  })
}

function identifyBy(
  { authorization: { issuers, requiredScopes } }: Config,
  outwards: Outwards,
  { fetch, clock, denyList, log, keyCaches }: Shared,
): Identify {
  const outward = outwards.ofIssuer
  const parts = { fetch, outward, clock, denyList, log, keyCaches }
  return createIdentify({ issuers, requiredScopes }, parts)
}

function decideBy(config: Config, { approvals, store, clock }: Shared): AuthorizeSettings {
  const { policies, publicUrl, authorization, operators } = config
  return {
    gatewayId: policies.gatewayId ?? publicUrl,
    homeIssuer: authorization.issuers[0]?.issuer ?? '',
    access: approvals.access,
    kept: createKeptSchemas(store),
    clock,
    timeZone: policies.timeZone,
    roles: new Set(Object.keys(operators?.roles ?? {})),
    shadows: {
      files: new Set(policies.logOnly),
      targets: targetsWhere(config, ({ mode }) => mode === 'LOG_ONLY'),
    },
  }
}

type Target = Config['targets'][string]

function targetsWhere({ targets }: Config, holds: (target: Target) => boolean): Set<string> {
  const chosen = Object.entries(targets).filter(([, target]) => holds(target))
  return new Set(chosen.map(([id]) => id))
}
