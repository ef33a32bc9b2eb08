// What is left of the last good catalogue when a newer one cannot be taken, because the policies do not fit it:
// the old tools, as far as the newer catalogue still has them unchanged, approved and fit. A definition that
// changed is not callable whatever becomes of the policies (policy-audit §1.2, §1.6).
import type { Catalogue, CatalogueEntry } from '../catalogue/entry.ts'

export function restrictCatalogue(good: Catalogue, newer: Catalogue): Catalogue {
  const entries = [...good.entries].map(([name, entry]): [string, CatalogueEntry] => [
    name,
    restrict(entry, newer.entries.get(name)),
  ])
  return { version: newer.version, entries: new Map(entries), health: newer.health }
}

function restrict(good: CatalogueEntry, newer: CatalogueEntry | undefined): CatalogueEntry {
  if (newer === undefined) return { ...good, quarantined: 'the target no longer has it' }
  const { quarantined } = newer
  if (newer.pin === 'approved' && newer.hash === good.hash) {
    return quarantined === good.quarantined ? good : { ...good, quarantined }
  }
  return { ...good, pin: 'changed', quarantined }
}
