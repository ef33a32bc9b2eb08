// What one target offers beside tools, out of its description (protocol §5): prompts and the reading of its resources as
// entries that policies decide, the resources and templates that it lists, and whether it completes arguments.
import type { Description, Listed } from '../../call/connector.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject } from '../../json/value.ts'
import type { CatalogueEntry } from '../entry.ts'
import type { Scanner } from '../scan/scanner.ts'
import type { CatalogueTarget } from '../settings.ts'
import { judgePrompts } from './prompts.ts'
import { judgeListing, readEntry, type Listing } from './resources.ts'

export type Offers = {
  readonly entries: readonly CatalogueEntry[]
  readonly listing: Listing
  readonly completes: boolean
  /** What cannot be listed, in words. */
  readonly findings: readonly string[]
}

export const NO_OFFERS: Offers = {
  entries: [],
  listing: { resources: [], templates: [], findings: [], hash: '' },
  completes: false,
  findings: [],
}

/** `before`: what the target offered last; it stands where the target could not say. */
export async function judgeOffers(
  target: CatalogueTarget,
  { prompts = [], resources, templates = [], unlisted = [], capabilities = {} }: Description,
  scanner: Scanner,
  before: Offers,
): Promise<Offers> {
  const judged =
    prompts === 'unlisted'
      ? { entries: before.entries.filter(({ kind }) => kind === 'prompt'), findings: [] }
      : await judgePrompts(target, prompts, scanner, before.entries)
  const listing = judgeListing(
    definitionsOf(resources ?? [], before.listing.resources),
    definitionsOf(templates, before.listing.templates),
  )
  return {
    entries: [...judged.entries, ...(resources === undefined ? [] : [readEntry(target)])],
    listing,
    completes: isJsonObject(capabilities['completions']),
    findings: [...unlisted, ...judged.findings, ...listing.findings],
  }
}

function definitionsOf(
  listed: Listed,
  before: readonly { readonly definition: JsonObject }[],
): readonly JsonObject[] {
  return listed === 'unlisted' ? before.map(({ definition }) => definition) : listed
}
