// What one person sees at one endpoint at this moment, as texts that change when it does: what lists would show, without
// making their pages. Everything in here is kept by whoever decides, so that asking again costs next to nothing.
import { createHash } from 'node:crypto'
import type { Authorize } from '../../authorize/authorize.ts'
import type { VisibleList } from '../../authorize/lists.ts'
import type { Switches } from '../../authorize/switches/switches.ts'
import type { Catalogue, EntryKind } from '../../catalogue/entry.ts'
import type { Resources } from '../../catalogue/offers/owners.ts'
import type { Identity } from '../../identify/identity.ts'
import type { Reader, Seen } from './subscriptions.ts'

export type SeenParts = {
  readonly authorize: Pick<Authorize, 'visible' | 'readable'>
  readonly switches: Pick<Switches, 'narrow'>
  readonly resources: () => Resources
  readonly catalogue: () => Catalogue
}

/** `undefined`: this person may see nothing at all, and no target is away that could have something. */
export function createSeen({
  authorize,
  switches,
  resources,
  catalogue,
}: SeenParts): (reader: Reader) => Promise<Seen | undefined> {
  const ofLists = remembered((list: VisibleList) =>
    digest(list.entries.map(({ qualifiedName, hash }) => `${qualifiedName} ${hash}`)),
  )
  const ofSets = remembered((uris: ReadonlySet<string>) => digest([...uris].sort()))

  async function visible(
    identity: Identity,
    target: string | undefined,
    kind: EntryKind,
  ): Promise<VisibleList> {
    const list = authorize.visible(identity, target, kind)
    return switches.narrow(list instanceof Promise ? await list : list)
  }

  return async ({ identity, target }) => {
    const tools = await visible(identity, target, 'tool')
    const prompts = await visible(identity, target, 'prompt')
    const readings = await visible(identity, target, 'resource')
    const lists = [tools, prompts, readings]
    if (lists.every(({ entries }) => entries.length === 0) && allUp(catalogue(), target)) {
      return undefined
    }
    const now = resources()
    const readable: string[] = [ofLists(readings)]
    for (const entry of readings.entries) {
      const uris = now.listed(target).flatMap((one) => (one.target === entry.target ? one.uri : []))
      readable.push(ofSets(await authorize.readable(identity, entry, uris, now.version)))
    }
    return { tools: ofLists(tools), prompts: ofLists(prompts), resources: readable.join(' ') }
  }
}

function allUp({ health }: Catalogue, target: string | undefined): boolean {
  return [...health].every(
    ([id, { state }]) => (target !== undefined && id !== target) || state === 'up',
  )
}

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('base64url')
}

function remembered<Of extends object>(make: (of: Of) => string): (of: Of) => string {
  const known = new WeakMap<Of, string>()
  return (of) => {
    const before = known.get(of)
    if (before !== undefined) return before
    const made = make(of)
    known.set(of, made)
    return made
  }
}
