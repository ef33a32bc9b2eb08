// Lists and what is discovered of them: visible entries → page → wire. No credential and no intent: nothing is asked of
// a target. A part of the pipeline (pipeline.ts).
import { reply, say } from './answering.ts'
import { mayShow } from './asked.ts'
import type { VisibleList } from './authorize/lists.ts'
import type { CatalogueEntry, EntryKind } from './catalogue/entry.ts'
import type { Owned } from './catalogue/offers/owners.ts'
import type { PipelineParts, Understood } from './exchange.ts'
import type { Identity } from './identify/identity.ts'
import { isBelow } from './in/versions.ts'
import type { JsonObject } from './json/value.ts'
import { discoverResult } from './mcp/discover.ts'
import { entryPage, listedEntry, pageOf, type ListMember } from './mcp/page.ts'
import { isSearched, searchToolDefinition, shownBeside } from './mcp/search/search-tool.ts'
import type { SearchSettings } from './mcp/search/settings.ts'
import { isRefusal, type Refusal } from './refusal.ts'

/** `tools/list` and `prompts/list`. */
export async function listEntries(
  parts: PipelineParts,
  exchange: Understood,
  kind: 'tool' | 'prompt',
): Promise<void> {
  const { identity, inbound, head } = exchange
  const list = await visible(parts, identity, head.route.target, kind, spokenIn(inbound))
  const member = kind === 'tool' ? 'tools' : 'prompts'
  if (kind === 'tool' && isSearched(parts.search, list.entries)) {
    return listSearch(parts, exchange, parts.search, list)
  }
  const page = entryPage(
    list.entries,
    bindingOf(exchange, member, list.version),
    inbound.params['cursor'],
  )
  return answerList(parts, exchange, page, { ...list, shown: list.entries.length })
}

/** The search and what is shown beside it, in place of everything that somebody sees. */
function listSearch(
  parts: PipelineParts,
  exchange: Understood,
  settings: SearchSettings,
  list: VisibleList,
): void {
  const { target } = exchange.head.route
  const beside = shownBeside(settings, list.entries, target)
  const definitions = [searchToolDefinition, ...beside.map((entry) => listedEntry(entry, target))]
  const binding = bindingOf(exchange, 'tools', `${list.version}.search`)
  const page = pageOf(definitions, binding, exchange.inbound.params['cursor'], (one) => one)
  return answerList(parts, exchange, page, { ...list, shown: beside.length })
}

/** `resources/list`: those of the targets whose resources somebody may read, each decided by its URI. */
export async function listResources(parts: PipelineParts, exchange: Understood): Promise<void> {
  const { identity, inbound, head } = exchange
  const resources = parts.resources()
  const list = await visible(parts, identity, head.route.target, 'resource', spokenIn(inbound))
  const all = resources.listed(head.route.target)
  const readable = new Map<string, ReadonlySet<string>>()
  for (const entry of list.entries) {
    const uris = all.flatMap(({ target, uri }) => (target === entry.target ? uri : []))
    const { version } = resources
    readable.set(entry.target, await parts.authorize.readable(identity, entry, uris, version))
  }
  for (const entry of list.entries) {
    if (parts.switches.ofTool(entry) !== undefined) readable.delete(entry.target)
  }
  const shown = all.filter(
    ({ target, uri }) =>
      readable.get(target)?.has(uri) === true && mayShow(parts, exchange, target, uri),
  )
  const version = `${list.version}.${resources.version}`
  const hidden = all.length - shown.length
  return answerOwned(parts, exchange, 'resources', shown, { ...list, version, hidden })
}

/** `resources/templates/list`: those of which somebody may read some URI. */
export async function listTemplates(parts: PipelineParts, exchange: Understood): Promise<void> {
  const { identity, inbound, head } = exchange
  const resources = parts.resources()
  const list = await visible(parts, identity, head.route.target, 'resource', spokenIn(inbound))
  const all = resources.templates(head.route.target)
  const shown = ofTargets(all, list.entries)
  const version = `${list.version}.${resources.version}`
  const hidden = all.length - shown.length
  return answerOwned(parts, exchange, 'resourceTemplates', shown, { ...list, version, hidden })
}

/** What targets own and somebody may see, page by page. */
function answerOwned(
  parts: PipelineParts,
  exchange: Understood,
  member: ListMember,
  shown: readonly { readonly definition: JsonObject }[],
  list: Omit<VisibleList, 'entries'>,
): void {
  const { cursor } = exchange.inbound.params
  const binding = bindingOf(exchange, member, list.version)
  const page = pageOf(shown, binding, cursor, ({ definition }) => definition)
  return answerList(parts, exchange, page, { ...list, shown: shown.length })
}

/**
 * What is offered to this caller on this endpoint, as the result of `server/discover`. `spoken`: the revision of a
 * session of the old era.
 */
export async function discovered(
  parts: PipelineParts,
  identity: Identity,
  target: string | undefined,
  spoken?: string,
): Promise<JsonObject> {
  const prompts = await visible(parts, identity, target, 'prompt', spoken)
  const readings = await visible(parts, identity, target, 'resource', spoken)
  const { completes } = parts.resources()
  const offered = {
    prompts: prompts.entries.length > 0,
    resources: readings.entries.length > 0,
    completions: [...prompts.entries, ...readings.entries].some((one) => completes(one.target)),
  }
  return discoverResult(parts.version, offered, parts.instructions(target))
}

/** What somebody sees on an endpoint; `spoken` as above. */
export async function visible(
  { authorize, switches, minProtocol }: PipelineParts,
  identity: Identity,
  target: string | undefined,
  kind: EntryKind,
  spoken: string | undefined,
): Promise<VisibleList> {
  const list = authorize.visible(identity, target, kind)
  const narrowed = switches.narrow(list instanceof Promise ? await list : list)
  // On the endpoint of all targets, one that demands a newer revision is not there for an older session.
  const below = (entry: CatalogueEntry): boolean => isBelow(minProtocol(entry.target), spoken)
  if (spoken === undefined || !narrowed.entries.some(below)) return narrowed
  const entries = narrowed.entries.filter((entry) => !below(entry))
  const hidden = narrowed.hidden + narrowed.entries.length - entries.length
  return { ...narrowed, entries, hidden, version: `${narrowed.version}.${spoken}` }
}

export function spokenIn({ session }: Understood['inbound']): string | undefined {
  return session?.protocolVersion
}

function bindingOf({ identity, head }: Understood, member: ListMember, version: string) {
  const { fingerprint } = identity.principal
  return { fingerprint, member, target: head.route.target, version }
}

/** Recorded, unless its caller was barred meanwhile. */
export function answerList(
  parts: PipelineParts,
  exchange: Understood,
  page: JsonObject | Refusal,
  { shown, hidden, wouldHide }: Omit<VisibleList, 'entries' | 'version'> & { shown: number },
): void {
  const barred = barredSince(parts, exchange.identity)
  if (barred !== undefined) return say(parts, exchange, barred)
  if (isRefusal(page)) return say(parts, exchange, page)
  parts.audit.list(exchange.identity, exchange.requestId, { shown, hidden, wouldHide })
  return reply(parts, exchange, page)
}

/** What is asked of many policies takes its time, and somebody may be revoked or switched off meanwhile. */
export function barredSince(
  { revoked, switches }: PipelineParts,
  identity: Identity,
): Refusal | undefined {
  return revoked(identity) ?? switches.ofCaller(identity)
}

function ofTargets<Of>(
  all: readonly Owned<Of>[],
  entries: readonly CatalogueEntry[],
): readonly Owned<Of>[] {
  const targets = new Set(entries.map(({ target }) => target))
  return all.filter(({ target }) => targets.has(target))
}
