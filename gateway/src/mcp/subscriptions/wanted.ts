// What is wanted of each target, by everybody together. It is collected once for each look, and whoever comes between two
// looks is added to it: nothing is decided here, and what it costs grows with what is added alone.
import type { ListenFilter } from '../../call/connector.ts'

export type Wanted = {
  readonly addLists: (target: string, lists: ListenFilter) => void
  readonly addUri: (target: string, uri: string) => void
  /** Empty for a target of which nothing is wanted. */
  readonly of: (target: string) => ListenFilter
}

type OfTarget = { lists: ListenFilter; readonly uris: Set<string> }

export function createWanted(): Wanted {
  const wanted = new Map<string, OfTarget>()

  function at(target: string): OfTarget {
    const known = wanted.get(target)
    if (known !== undefined) return known
    const made: OfTarget = { lists: {}, uris: new Set() }
    wanted.set(target, made)
    return made
  }

  return {
    addLists(target, lists) {
      const one = at(target)
      one.lists = { ...one.lists, ...lists }
    },
    addUri(target, uri) {
      at(target).uris.add(uri)
    },
    of(target) {
      const { lists = {}, uris = new Set<string>() } = wanted.get(target) ?? {}
      return uris.size === 0 ? lists : { ...lists, resourceSubscriptions: [...uris] }
    },
  }
}
