// A small world for the tests of authorize: catalogues, identities and policies in a line each.
import { createAuthorize, type Authorize } from '../../src/authorize/authorize.ts'
import type { VisibleList } from '../../src/authorize/lists.ts'
import type { LoadResult } from '../../src/authorize/loading.ts'
import type { Engine } from '../../src/authorize/engine.ts'
import type { PolicyFile } from '../../src/authorize/policy-files.ts'
import { judgePolicies } from '../../src/authorize/judge-policies.ts'
import { generateToolSchema } from '../../src/authorize/generate-schema.ts'
import type { Workshop } from '../../src/authorize/workshop.ts'
import type { Catalogue, CatalogueEntry, TargetHealth } from '../../src/catalogue/entry.ts'
import { Identity, type Principal } from '../../src/identify/identity.ts'
import type { JsonObject } from '../../src/json/value.ts'
import { isRefusal, type Refusal } from '../../src/refusal.ts'

export const ISSUER = 'https://login.acme.example'
export const GATEWAY = 'https://gate.acme.example'

export function tool(
  qualifiedName: string,
  inputSchema: JsonObject = { type: 'object' },
  more: Partial<CatalogueEntry> = {},
): CatalogueEntry {
  const [target = '', name = ''] = qualifiedName.split('___')
  return {
    kind: 'tool',
    target,
    name,
    qualifiedName,
    wire: { name, inputSchema },
    inputSchema,
    hash: `hash of ${qualifiedName}`,
    pin: 'approved',
    facts: { readOnly: true, idempotent: true, durability: 'written', auditPaths: [] },
    paramHeaders: [],
    quarantined: undefined,
    ...more,
  }
}

export function catalogue(
  entries: readonly CatalogueEntry[],
  health: Readonly<Record<string, TargetHealth>> = {},
): Catalogue {
  return {
    version: 1,
    entries: new Map(entries.map((entry) => [entry.qualifiedName, entry])),
    health: new Map(Object.entries(health)),
  }
}

type Described = {
  readonly kind?: Principal['kind']
  readonly issuer?: string
  readonly clientId?: string
  readonly tenant?: string
  readonly tags?: Readonly<Record<string, string>>
}

export function principal(subject: string, described: Described = {}): Principal {
  const { kind = 'person', issuer = ISSUER, clientId = 'ide', tenant, tags = {} } = described
  const common = {
    issuer,
    clientId,
    tenant,
    tags: new Map(Object.entries(tags)),
    fingerprint: JSON.stringify([subject, described]),
  }
  return kind === 'client' ? { kind, ...common } : { kind, subject, ...common }
}

export function identity(subject: string, described: Described = {}): Identity {
  return identityOf(principal(subject, described))
}

export function identityOf(who: Principal): Identity {
  return new Identity({
    principal: who,
    tokenHash8: '00000000',
    jti: undefined,
    sid: undefined,
    grant: undefined,
    scopes: new Set(),
    issuedAtSeconds: 0,
    expiresAtSeconds: 1,
    authTimeSeconds: undefined,
    acr: undefined,
    amr: [],
    keysStale: false,
  })
}

/** Policies in files `1.cedar`, `2.cedar`, … */
export function files(...texts: readonly string[]): readonly PolicyFile[] {
  return texts.map((text, at) => ({ file: `${at + 1}.cedar`, text }))
}

/** Does the work where it is asked: most tests are about what comes of it. */
export const inThisThread: Workshop = {
  generate: (tools) =>
    Promise.resolve(tools.map(({ name, inputSchema }) => generateToolSchema(name, inputSchema))),
  judge: (question, engine) => Promise.resolve(judgePolicies(question, engine)),
}

export function loadInto(
  authorize: Authorize,
  policies: readonly PolicyFile[],
  offered: Catalogue,
): Promise<LoadResult> {
  return authorize.load({ files: policies, catalogue: offered })
}

export async function started(
  policies: readonly string[],
  entries: readonly CatalogueEntry[],
  engine?: Engine,
): Promise<Authorize> {
  const authorize = unloaded(engine)
  const result = await loadInto(authorize, files(...policies), catalogue(entries))
  if (!result.loaded) throw new Error(JSON.stringify(result.findings))
  return authorize
}

export function unloaded(engine?: Engine, workshop: Workshop = inThisThread): Authorize {
  const settings = { gatewayId: GATEWAY, homeIssuer: ISSUER, workshop }
  return createAuthorize(engine === undefined ? settings : { ...settings, engine })
}

/** Sees the tool and decides; what the pipeline does. */
export function call(
  authorize: Authorize,
  who: Identity,
  name: string,
  args: JsonObject = {},
): ReturnType<Authorize['decide']> {
  const entry = authorize.see(who, name)
  return isRefusal(entry) ? entry : authorize.decide(who, entry, args, 'request-1', '127.0.0.1')
}

/** A list that needs no waiting. */
export function listOf(authorize: Authorize, who: Identity, target?: string): VisibleList {
  const list = authorize.visible(who, target)
  if (list instanceof Promise) throw new Error('it is asked for in pieces')
  return list
}

/** The refusal, or a failure of the test. */
export function refused(answer: object): Refusal {
  if (!isRefusal(answer)) throw new Error('expected a refusal')
  return answer
}

export function isPermitted(answer: object): boolean {
  return !isRefusal(answer)
}

export function findingsOf(result: LoadResult): readonly string[] {
  if (result.loaded) return []
  return result.findings.map(({ file, line, column, text }) => `${file}:${line}:${column} ${text}`)
}
