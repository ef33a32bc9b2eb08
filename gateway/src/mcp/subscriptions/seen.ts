// What one person sees at one endpoint at this moment, as texts that change when it does: what lists would show, without
// making their pages. Everything in here is kept by whoever decides, so that asking again costs next to nothing.
import { createHash } from 'node:crypto'
import type { Authorize } from '../../authorize/authorize.ts'
import type { VisibleList } from '../../authorize/lists.ts'
import type { Switches } from '../../authorize/switches/switches.ts'
import type { Catalogue, EntryKind } from '../../catalogue/entry.ts'
import type { Resources } from '../../catalogue/offers/owners.ts'
import { isBelow } from '../../in/versions.ts'
import type { Reader, Seen } from './subscriptions.ts'

export type SeenParts = {
  readonly authorize: Pick<Authorize, 'visible' | 'readable'>
  readonly switches: Pick<Switches, 'narrow'>
  readonly resources: () => Resources
  readonly catalogue: () => Catalogue
  readonly minProtocol: (target: string) => string
}

/** `undefined`: this person may see nothing at all, and no target is away that could have something. */
export function createSeen({
  authorize,
  switches,
  resources,
  catalogue,
  minProtocol,
}: SeenParts): (reader: Reader) => Promise<Seen | undefined> {
  const ofLists = remembered((list: VisibleList) =>
    digest(list.entries.map(({ qualifiedName, hash }) => `${qualifiedName} ${hash}`)),
  )
  const ofSets = remembered((uris: ReadonlySet<string>) => digest([...uris].sort()))

  // One for each revision of the old era, so that a list that is kept stays one list for each of them.
  const narrowing = new Map<string, (list: VisibleList) => VisibleList>()

  function shownIn(spoken: string | undefined, list: VisibleList): VisibleList {
    if (spoken === undefined) return list
    let narrow = narrowing.get(spoken)
    if (narrow === undefined) {
      narrow = remembered((whole: VisibleList) => {
        const entries = whole.entries.filter((one) => !isBelow(minProtocol(one.target), spoken))
        return entries.length === whole.entries.length ? whole : { ...whole, entries }
      })
      narrowing.set(spoken, narrow)
    }
    return narrow(list)
  }

  async function visible(
    { identity, target, spoken }: Reader,
    kind: EntryKind,
  ): Promise<VisibleList> {
    const list = authorize.visible(identity, target, kind)
    return shownIn(spoken, switches.narrow(list instanceof Promise ? await list : list))
  }

  return async (reader) => {
    const { identity, target, spoken } = reader
    const tools = await visible(reader, 'tool')
    const prompts = await visible(reader, 'prompt')
    const readings = await visible(reader, 'resource')
    // Whether a target that this session may not speak to is up or away is nothing to it either.
    const served = (id: string): boolean =>
      (target === undefined || id === target) && !isBelow(minProtocol(id), spoken)
    const lists = [tools, prompts, readings]
    if (lists.every(({ entries }) => entries.length === 0) && allUp(catalogue(), served)) {
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

function allUp({ health }: Catalogue, served: (target: string) => boolean): boolean {
  return [...health].every(([id, { state }]) => !served(id) || state === 'up')
}

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('base64url')
}

function remembered<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  const known = new WeakMap<Of, { readonly made: Made }>()
  return (of) => {
    const before = known.get(of)
    if (before !== undefined) return before.made
    const made = make(of)
    known.set(of, { made })
    return made
  }
}
