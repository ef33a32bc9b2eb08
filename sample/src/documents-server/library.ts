// Acme's documents: contracts, settlement guides and notes, in memory. It knows nothing of any protocol. Documents
// of the company are only read; notes are written and deleted, and whoever watches one hears of it.
import { COMPANY_DOCUMENTS, type Document } from './company-documents.ts'

export type Found = Pick<Document, 'id' | 'title' | 'kind'> & { readonly excerpt: string }
export type Change =
  { readonly kind: 'updated'; readonly id: string } | { readonly kind: 'list_changed' }

export type Library = {
  readonly list: () => readonly Document[]
  readonly read: (id: string) => Document | undefined
  /** Documents that hold every word, best first. */
  readonly search: (words: string, limit: number) => readonly Found[]
  /** A new note, or a new text of one that exists; `undefined`: the id is not a note's, or there are too many. */
  readonly write: (id: string, title: string, text: string) => Document | undefined
  /** False: there is no such note. */
  readonly remove: (id: string) => boolean
  /** Returns what ends it. */
  readonly watch: (hear: (change: Change) => void) => () => void
}

const MAX_NOTES = 1000
const EXCERPT = 120

export function createLibrary(): Library {
  const documents = new Map(COMPANY_DOCUMENTS.map((document) => [document.id, document]))
  const listeners = new Set<(change: Change) => void>()
  const tell = (change: Change): void => {
    for (const hear of listeners) hear(change)
  }
  return {
    list: () => [...documents.values()],
    read: (id) => documents.get(id),
    search: (words, limit) => {
      const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
      if (wanted.length === 0) return []
      return [...documents.values()]
        .map((document) => ({ document, score: scoreOf(document, wanted) }))
        .filter(({ score }) => score > 0)
        .toSorted((a, b) => b.score - a.score || (a.document.id < b.document.id ? -1 : 1))
        .slice(0, limit)
        .map(({ document }) => found(document, wanted))
    },
    write: (id, title, text) => {
      const known = documents.get(id)
      if (known !== undefined && known.kind !== 'note') return undefined
      if (known === undefined && documents.size - COMPANY_DOCUMENTS.length >= MAX_NOTES) {
        return undefined
      }
      const note: Document = { id, title, kind: 'note', text }
      documents.set(id, note)
      tell(known === undefined ? { kind: 'list_changed' } : { kind: 'updated', id })
      return note
    },
    remove: (id) => {
      if (documents.get(id)?.kind !== 'note') return false
      documents.delete(id)
      tell({ kind: 'list_changed' })
      return true
    },
    watch: (hear) => {
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
  }
}

/** How often the words occur; 0 where one is missing. A title counts three times. */
function scoreOf({ title, text }: Document, wanted: readonly string[]): number {
  let score = 0
  for (const word of wanted) {
    const hits = 3 * count(title.toLowerCase(), word) + count(text.toLowerCase(), word)
    if (hits === 0) return 0
    score += hits
  }
  return score
}

function count(text: string, word: string): number {
  return text.split(word).length - 1
}

function found({ id, title, kind, text }: Document, wanted: readonly string[]): Found {
  const at = Math.max(0, text.toLowerCase().indexOf(wanted[0] ?? '') - 20)
  return { id, title, kind, excerpt: text.slice(at, at + EXCERPT).replace(/\s+/g, ' ') }
}
