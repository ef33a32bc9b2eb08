// Whose a URI is, over all targets (protocol §5): URIs are never rewritten, so several targets may claim one. A prefix
// that the configuration gives to a target is nobody else's; then the target that lists the URI, then one with a
// template for it. Equal claims go by configured precedence, and whoever comes second is reported. On the endpoint of
// one target the others claim nothing but their prefixes.
import { interfacesOf } from './interfaces.ts'
import type { Offers } from './offers.ts'
import type { ListedResource, ListedTemplate } from './resources.ts'
import { uriFault } from './uri.ts'

/** One target with what it offers; in any order. */
export type Offering = {
  readonly target: string
  /** Lower goes first. */
  readonly priority: number
  readonly prefixes: readonly string[]
  readonly offers: Offers
}
export type Owned<Of> = Of & { readonly target: string }

/** Without a target: on the endpoint of all of them. */
export type Resources = {
  /** Changes with what is listed. */
  readonly version: string
  /** In the order of their URIs. */
  readonly listed: (target?: string) => readonly Owned<ListedResource>[]
  readonly templates: (target?: string) => readonly Owned<ListedTemplate>[]
  /** The target that answers for a URI; `undefined`: none, or no URI that is read. */
  readonly ownerOf: (uri: string, target?: string) => string | undefined
  /** Target that completes the arguments of the template of that very text; `undefined`: none. */
  readonly completedBy: (uriTemplate: string, target?: string) => string | undefined
  readonly completes: (target: string) => boolean
  /** Qualified names of the tools of the target that name this interface (MCP Apps, `ui://`). */
  readonly namedBy: (target: string, uri: string) => readonly string[]
  /** Claims that did not count, in words. */
  readonly findings: readonly { readonly target: string; readonly reason: string }[]
}

const MAX_FINDINGS = 100

export function resourcesOf(
  offerings: readonly Offering[],
  tools: Parameters<typeof interfacesOf>[0],
  version: string,
): Resources {
  const ranked = offerings.toSorted(
    (a, b) => a.priority - b.priority || (a.target < b.target ? -1 : 1),
  )
  const findings: { target: string; reason: string }[] = []
  const lose = (target: string, what: string, owner: string): void => {
    if (findings.length >= MAX_FINDINGS) return
    findings.push({ target, reason: `${what.slice(0, 160)} belongs to the target ${owner}` })
  }
  const given = (uri: string): string | undefined => prefixOwner(ranked, uri)
  const own: Lists = { resources: [], templates: [] }
  const shared = new Map<string, Owned<ListedResource>>()
  for (const { target, offers } of ranked) {
    for (const resource of offers.listing.resources) {
      const { uri } = resource
      const owner = given(uri) ?? target
      const first = shared.get(uri)
      if (owner !== target) lose(target, `the resource ${uri}`, owner)
      else {
        own.resources.push({ ...resource, target })
        if (first === undefined) shared.set(uri, { ...resource, target })
        else lose(target, `on the endpoint of all targets the resource ${uri}`, first.target)
      }
    }
    for (const template of offers.listing.templates) {
      const owner = given(template.template.prefix) ?? target
      if (owner === target) own.templates.push({ ...template, target })
      else lose(target, `the template ${template.uriTemplate}`, owner)
    }
  }
  const ofAll = inOrder([...shared.values()], ({ uri }) => uri)
  const resources = inOrder(own.resources, ({ uri }) => uri)
  const templates = inOrder(own.templates, ({ uriTemplate }) => uriTemplate)
  const completing = new Set(
    ranked.flatMap(({ target, offers }) => (offers.completes ? target : [])),
  )
  const interfaces = interfacesOf(tools)

  return {
    version,
    listed: (target) => (target === undefined ? ofAll : ofTarget(resources, target)),
    templates: (target) => (target === undefined ? templates : ofTarget(templates, target)),
    ownerOf(uri, target) {
      if (uriFault(uri) !== undefined) return undefined
      const owner = given(uri)
      if (target !== undefined) return owner === undefined || owner === target ? target : undefined
      return (
        owner ??
        shared.get(uri)?.target ??
        // In the order of precedence, not of their texts.
        own.templates.find(({ template }) => template.matches(uri))?.target
      )
    },
    completedBy: (text, target) =>
      own.templates.find(
        (one) => one.uriTemplate === text && (target === undefined || one.target === target),
      )?.target,
    completes: (target) => completing.has(target),
    namedBy: (target, uri) => interfaces.get(target)?.get(uri) ?? [],
    findings,
  }
}

type Lists = { resources: Owned<ListedResource>[]; templates: Owned<ListedTemplate>[] }

/** The target whose prefix reaches furthest into the URI. */
function prefixOwner(offerings: readonly Offering[], uri: string): string | undefined {
  let longest = ''
  let owner: string | undefined
  for (const { target, prefixes } of offerings) {
    for (const prefix of prefixes) {
      if (prefix.length <= longest.length || !uri.startsWith(prefix)) continue
      longest = prefix
      owner = target
    }
  }
  return owner
}

function inOrder<Of>(all: readonly Of[], textOf: (one: Of) => string): readonly Of[] {
  return all.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1))
}

function ofTarget<Of>(all: readonly Owned<Of>[], target: string): readonly Owned<Of>[] {
  return all.filter((one) => one.target === target)
}
