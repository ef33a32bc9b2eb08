// Lists and what is discovered of them: visible entries → page → wire. No credential and no intent: nothing is asked of
// a target. A part of the pipeline (pipeline.ts).
import { reply, say } from './answering.ts'
import { mayShow } from './asked.ts'
import type { VisibleList } from './authorize/lists.ts'
import type { CatalogueEntry, EntryKind } from './catalogue/entry.ts'
import type { Owned } from './catalogue/offers/owners.ts'
import type { PipelineParts, Understood } from './exchange.ts'
import type { Identity } from './identify/identity.ts'
import type { JsonObject } from './json/value.ts'
import { discoverResult } from './mcp/discover.ts'
import { entryPage, pageOf, type ListMember } from './mcp/page.ts'
import { isRefusal, type Refusal } from './refusal.ts'

/** `tools/list` and `prompts/list`. */
export async function listEntries(
  parts: PipelineParts,
  exchange: Understood,
  kind: 'tool' | 'prompt',
): Promise<void> {
  const { identity, inbound, head } = exchange
  const list = await visible(parts, identity, head.route.target, kind)
  const member = kind === 'tool' ? 'tools' : 'prompts'
  const page = entryPage(
    list.entries,
    bindingOf(exchange, member, list.version),
    inbound.params['cursor'],
  )
  return answer(parts, exchange, page, { ...list, shown: list.entries.length })
}

/** `resources/list`: those of the targets whose resources somebody may read, each decided by its URI. */
export async function listResources(parts: PipelineParts, exchange: Understood): Promise<void> {
  const { identity, inbound, head } = exchange
  const resources = parts.resources()
  const list = await visible(parts, identity, head.route.target, 'resource')
  const all = resources.listed(head.route.target)
  const readable = new Map<string, ReadonlySet<string>>()
  for (const entry of list.entries) {
    const uris = all.flatMap(({ target, uri }) => (target === entry.target ? uri : []))
    const { version } = resources
    readable.set(entry.target, await parts.authorize.readable(identity, entry, uris, version))
  }
  const shown = all.filter(
    ({ target, uri }) =>
      readable.get(target)?.has(uri) === true && mayShow(parts, exchange, target, uri),
  )
  const binding = bindingOf(exchange, 'resources', `${list.version}.${resources.version}`)
  const page = pageOf(shown, binding, inbound.params['cursor'], ({ definition }) => definition)
  const hidden = all.length - shown.length
  return answer(parts, exchange, page, { shown: shown.length, hidden, wouldHide: list.wouldHide })
}

/** `resources/templates/list`: those of which somebody may read some URI. */
export async function listTemplates(parts: PipelineParts, exchange: Understood): Promise<void> {
  const { identity, inbound, head } = exchange
  const resources = parts.resources()
  const list = await visible(parts, identity, head.route.target, 'resource')
  const all = resources.templates(head.route.target)
  const shown = ofTargets(all, list.entries)
  const version = `${list.version}.${resources.version}`
  const binding = bindingOf(exchange, 'resourceTemplates', version)
  const page = pageOf(shown, binding, inbound.params['cursor'], ({ definition }) => definition)
  const hidden = all.length - shown.length
  return answer(parts, exchange, page, { shown: shown.length, hidden, wouldHide: list.wouldHide })
}

/** What is offered to this caller on this endpoint, as the result of `server/discover`. */
export async function discovered(
  parts: PipelineParts,
  identity: Identity,
  target: string | undefined,
): Promise<JsonObject> {
  const prompts = await visible(parts, identity, target, 'prompt')
  const readings = await visible(parts, identity, target, 'resource')
  const { completes } = parts.resources()
  const offered = {
    prompts: prompts.entries.length > 0,
    resources: readings.entries.length > 0,
    completions: [...prompts.entries, ...readings.entries].some((one) => completes(one.target)),
  }
  return discoverResult(parts.version, offered, parts.instructions(target))
}

async function visible(
  { authorize, switches }: PipelineParts,
  identity: Identity,
  target: string | undefined,
  kind: EntryKind,
): Promise<VisibleList> {
  const list = authorize.visible(identity, target, kind)
  return switches.narrow(list instanceof Promise ? await list : list)
}

function bindingOf({ identity, head }: Understood, member: ListMember, version: string) {
  const { fingerprint } = identity.principal
  return { fingerprint, member, target: head.route.target, version }
}

function answer(
  parts: PipelineParts,
  exchange: Understood,
  page: JsonObject | Refusal,
  { shown, hidden, wouldHide }: Omit<VisibleList, 'entries' | 'version'> & { shown: number },
): void {
  if (isRefusal(page)) return say(parts, exchange, page)
  parts.audit.list(exchange.identity, exchange.requestId, { shown, hidden, wouldHide })
  return reply(parts, exchange, page)
}

function ofTargets<Of>(
  all: readonly Owned<Of>[],
  entries: readonly CatalogueEntry[],
): readonly Owned<Of>[] {
  const targets = new Set(entries.map(({ target }) => target))
  return all.filter(({ target }) => targets.has(target))
}
