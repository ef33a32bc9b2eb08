// What one configuration makes: routes, verification, decisions, connectors. A reload builds a whole new generation
// beside the old one and swaps the two; calls that are under way end in the generation that they began in.
// Like app.ts it may name implementations.
import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { createArgumentChecks } from './authorize/argument-schema.ts'
import { createAuthorize, type Authorize } from './authorize/authorize.ts'
import type { LoadResult } from './authorize/loading.ts'
import { createKeptSchemas } from './authorize/kept-schemas.ts'
import type { Connector } from './call/connector.ts'
import { createMcpConnector } from './call/mcp/mcp.ts'
import { createCatalogue, type CatalogueWatch } from './catalogue/catalogue.ts'
import type { Catalogue } from './catalogue/entry.ts'
import { catalogueTargets } from './catalogue/settings.ts'
import { relaxations } from './config/relaxations.ts'
import type { Config } from './config/schema.ts'
import { readSettled } from './config/settled.ts'
import { createObtain } from './credential/obtain.ts'
import { createEditorHelp } from './editor-help.ts'
import { endDisallowed } from './end-revoked.ts'
import { createIdentify, type Identify } from './identify/identify.ts'
import { createHeadSettings } from './in/head-settings.ts'
import { createClientInput } from './mcp/input/input.ts'
import { createRequestStates } from './mcp/input/request-state.ts'
import { createReadableAt } from './mcp/subscriptions/readable-at.ts'
import { createSeen } from './mcp/subscriptions/seen.ts'
import { createSubscriptions } from './mcp/subscriptions/subscriptions.ts'
import { readOutwards, type Outwards } from './outward.ts'
import { createPipeline, type Handle } from './pipeline.ts'
import { failingCases, readPolicySet } from './policy-set.ts'
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
  readonly outwards: Outwards
  /** Files of authorities are read again; rejects in words where they cannot be. */
  readonly outwardsChanged: () => Promise<boolean>
  /** Every target was asked once, and the policies decide on what came. Never rejects. */
  readonly described: Promise<void>
  /** Reads the policy folder again and swaps the set; the last good one stays where that fails. */
  readonly reloadPolicies: () => Promise<LoadResult | 'unchanged'>
  /** Loads the policies in force against another catalogue, beside what decides; nothing is taken over. */
  readonly tryCatalogue: (other: Catalogue) => Promise<LoadResult>
  /** Ends what runs in the background, once nothing is under way in it. */
  readonly close: () => Promise<void>
}

/** Why a configuration that is well-formed still cannot run. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
}

/** Rejects with everything closed again that it had opened. */
export async function createGeneration(config: Config, shared: Shared): Promise<Generation> {
  const closers: (() => unknown)[] = []
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
  closers: (() => unknown)[],
): Promise<Omit<Generation, 'close'>> {
  const { folder } = config.policies
  const readPolicies = () => readSettled([folder], () => readPolicySet(folder))
  const reading = readPolicies()
  // Awaited below, beside what takes longer.
  reading.catch(() => undefined)
  const outwards = await outwardsOf(config, shared)
  const connectors = new Map<string, Connector>()
  const obtain = createObtain(config.targets, shared.secrets)
  for (const [id, settings] of Object.entries(config.targets)) {
    const { pools, clock, log } = shared
    const { resultBytes } = config.limits
    const outward = outwards.ofTarget(id)
    const connector = createMcpConnector(id, settings, { pools, outward, clock, log, resultBytes })
    connectors.set(id, connector)
    closers.push(() => connector.close())
  }
  const argumentChecks = createArgumentChecks(
    new Set(Object.keys(config.targets).filter((id) => config.targets[id]?.checkArguments)),
  )
  const catalogued = catalogueTargets(config.targets).map((target) => ({
    ...target,
    ...argumentChecks.forCatalogue(target.id),
  }))
  const catalogue = createCatalogue(catalogued, {
    connectors,
    credential: obtain.forTarget,
    store: shared.store,
    clock: shared.clock,
    log: shared.log,
    pinChanged: (detail) => shared.note('pin_changed', detail),
  })
  closers.unshift(() => catalogue.close())
  // What was approved is known without asking.
  await catalogue.restore()
  const described = catalogue.refresh()
  await Promise.race([described, setTimeout(FIRST_ANSWER_MS)])
  const authorizeSettings = {
    gatewayId: config.policies.gatewayId ?? config.publicUrl,
    homeIssuer: config.authorization.issuers[0]?.issuer ?? '',
    access: shared.approvals.access,
    kept: createKeptSchemas(shared.store),
    clock: shared.clock,
    timeZone: config.policies.timeZone,
    roles: new Set(Object.keys(config.operators?.roles ?? {})),
    shadows: {
      files: new Set(config.policies.logOnly),
      targets: new Set(
        Object.keys(config.targets).filter((id) => config.targets[id]?.mode === 'LOG_ONLY'),
      ),
    },
  }
  const authorize = createAuthorize(authorizeSettings)
  closers.unshift(() => authorize.close())
  const identify = createIdentify(
    {
      issuers: config.authorization.issuers,
      requiredScopes: config.authorization.requiredScopes,
    },
    {
      fetch: shared.fetch,
      outward: outwards.ofIssuer,
      clock: shared.clock,
      denyList: shared.denyList,
      log: shared.log,
      keyCaches: shared.keyCaches,
    },
  )
  let set = await reading
  const casesHold = async (next: typeof set): Promise<LoadResult | undefined> => {
    const findings = await failingCases(next, catalogue.current(), authorizeSettings)
    return findings.length === 0 ? undefined : { loaded: false, findings }
  }
  const editors = createEditorHelp(folder, shared.log)
  const helpEditors = (): void => {
    const schema = authorize.cedarSchema()
    if (config.policies.editorHelp && schema !== undefined) void editors.write(schema)
  }
  const warnOfRoles = (loaded: LoadResult): void => {
    if (!loaded.loaded || loaded.unknownRoles.length === 0) return
    const findings = loaded.unknownRoles.map(inOneLine)
    shared.log.warn({ findings }, 'policies ask for the approval of a role that nobody has')
  }
  const reloadPolicies = async (): Promise<LoadResult | 'unchanged'> => {
    const next = await readPolicies()
    if (isDeepStrictEqual(next, set)) return 'unchanged'
    const failing = await casesHold(next)
    if (failing !== undefined) return failing
    const onlyCases = isDeepStrictEqual(next.files, set.files)
    const loaded = onlyCases ? 'unchanged' : await authorize.load({ files: next.files })
    if (loaded === 'unchanged' || loaded.loaded) set = next
    if (loaded !== 'unchanged') warnOfRoles(loaded)
    helpEditors()
    return loaded
  }
  const tryCatalogue = async (other: Catalogue): Promise<LoadResult> => {
    const trial = createAuthorize(authorizeSettings)
    try {
      return await trial.load({ files: set.files, catalogue: other })
    } finally {
      trial.close()
    }
  }
  /** Tools that came late: what the cases say of them could not be asked before. */
  const reportCases = async (): Promise<void> => {
    const findings = await failingCases(set, catalogue.current(), authorizeSettings)
    if (findings.length === 0) return
    shared.log.error({ findings: findings.map(inOneLine) }, 'cases of the policies do not hold')
  }
  const loading = authorize.load({ files: set.files, catalogue: catalogue.current() })
  // A change that comes while this first load is under way is loaded next.
  const stopFollowing = catalogue.onChange(async (next) => {
    const loaded = await authorize.load({ catalogue: next })
    // What the new catalogue takes away is gone for streams as for calls; the generation that runs judges them all.
    if (shared.authorize() === authorize) endDisallowed(shared, authorize)
    if (loaded.loaded) {
      shared.note('policy_changed', loadedDetail(loaded))
      helpEditors()
      await reportCases()
    }
    // The old pair of set and schema stays: what changed at the target is not callable until the set fits.
    if (!loaded.loaded) {
      shared.log.error(
        { findings: loaded.findings.map(inOneLine) },
        'the policies do not fit the new catalogue',
      )
    }
  })
  closers.unshift(stopFollowing)
  const first = await loading
  const unfit = first.loaded ? await casesHold(set) : first
  if (unfit?.loaded === false) throw new Unfit(unfit.findings.map(inOneLine).join('\n'))
  if (!first.loaded) throw new Unfit('the policies do not load')
  warnOfRoles(first)
  helpEditors()
  await shared.audit.event('policy_changed', loadedDetail(first))
  for (const { path, meaning } of relaxations(config)) {
    shared.log.warn({ setting: path, meaning }, 'a relaxation of security is switched on')
    await shared.audit.event('relaxed', { setting: path, meaning })
  }

  const { switches } = shared
  const sight = {
    authorize,
    switches,
    resources: catalogue.resources,
    catalogue: catalogue.current,
  }
  const subscriptions = createSubscriptions({
    seen: createSeen(sight),
    readableAt: createReadableAt(sight),
    targets: Object.keys(config.targets),
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
    log: shared.log,
    nowMs: shared.clock.monotonicMs,
  })
  closers.unshift(() => subscriptions.close())

  const minProtocol = (id: string | undefined): string =>
    (id === undefined ? undefined : config.targets[id]?.minProtocol) ?? config.minProtocol
  const handle = createPipeline({
    routes: createRoutes(config.publicUrl, Object.keys(config.targets), minProtocol),
    minProtocol,
    head: createHeadSettings({
      publicUrl: config.publicUrl,
      allowedOrigins: config.allowedOrigins,
      loopbackPort: config.listen.tls === undefined ? shared.port() : undefined,
      nowMs: shared.clock.monotonicMs,
    }),
    limits: config.limits,
    sheds: shared.pressure.sheds,
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
    instructions: (target) =>
      (target === undefined ? undefined : config.targets[target]?.instructions) ??
      config.instructions,
    audit: shared.audit,
    streams: shared.streams,
    streamLimits: {
      all: config.limits.streams,
      perPrincipal: config.limits.streamsPerPrincipal,
    },
    subscriptions,
    sessions: shared.sessions,
    input: createClientInput(
      (id) => config.targets[id]?.mayAsk,
      createRequestStates(shared.seals.of('request-state'), shared.clock),
      shared.sessions.awaitResponse,
    ),
    search: config.search,
    settle: shared.approvals.settle,
    access: shared.approvals.access,
    budgets: shared.budgets.under(config),
    gates: shared.gates.under(config.targets),
    largeAnswers: shared.largeAnswers,
    switches: shared.switches,
    traces: shared.traces,
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
    outwards,
    outwardsChanged: async () => (await outwardsOf(config, shared)).version !== outwards.version,
    described,
    reloadPolicies,
    tryCatalogue,
  }
}

async function outwardsOf(config: Config, { secrets }: Shared): Promise<Outwards> {
  try {
    return await readOutwards(config, secrets)
  } catch (error) {
    throw new Unfit(error instanceof Error ? error.message : 'unknown error')
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
