// The resources and templates that one target lists, judged by themselves: a URI that may be read and a template that can
// be followed (protocol §5, attacks M-16, M-17). What may not be is left out and reported. Whose a URI is when several
// targets claim it is owners.ts; reading one is one action per target (policy-audit §1.2).
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../json/canonical.ts'
import type { JsonObject } from '../../json/value.ts'
import type { CatalogueEntry } from '../entry.ts'
import { readingFacts, type CatalogueTarget } from '../settings.ts'
import { isLongerThan } from '../size.ts'
import { uriFault } from './uri.ts'
import { parseTemplate, type UriTemplate } from './uri-template.ts'

const READ = 'resource:read'

export type ListedResource = { readonly uri: string; readonly definition: JsonObject }
export type ListedTemplate = {
  /** As the target wrote it: its name in a completion. */
  readonly uriTemplate: string
  readonly template: UriTemplate
  readonly definition: JsonObject
}
export type Listing = {
  readonly resources: readonly ListedResource[]
  readonly templates: readonly ListedTemplate[]
  /** What cannot be listed, in words. */
  readonly findings: readonly string[]
  /** SHA-256 hex over what is listed. */
  readonly hash: string
}

const MAX_DEFINITION = 65_536
const MAX_TEMPLATES = 200
const MAX_FINDINGS = 50
const EXCERPT = 120

export function judgeListing(
  resources: readonly JsonObject[],
  templates: readonly JsonObject[],
): Listing {
  const findings: string[] = []
  const report = (what: string, name: unknown, why: string): void => {
    if (findings.length >= MAX_FINDINGS) return
    findings.push(`the ${what} ${JSON.stringify(String(name).slice(0, EXCERPT))}: ${why}`)
  }
  const listed = new Map<string, ListedResource>()
  for (const definition of resources) {
    const { uri } = definition
    const fault = typeof uri === 'string' ? uriFault(uri) : 'it has no URI'
    if (fault !== undefined) report('resource', uri, fault)
    else if (isLongerThan(MAX_DEFINITION, definition)) report('resource', uri, LARGE)
    else if (listed.has(uri as string)) report('resource', uri, 'it is listed more than once')
    else listed.set(uri as string, { uri: uri as string, definition })
  }
  const made = new Map<string, ListedTemplate>()
  for (const definition of templates) {
    const { uriTemplate } = definition
    const template =
      typeof uriTemplate === 'string' ? parseTemplate(uriTemplate) : { fault: 'it has no template' }
    if ('fault' in template) report('template', uriTemplate, template.fault)
    else if (template.prefix.startsWith('file:')) report('template', uriTemplate, 'of files')
    else if (isLongerThan(MAX_DEFINITION, definition)) report('template', uriTemplate, LARGE)
    else if (made.size >= MAX_TEMPLATES) report('template', uriTemplate, 'one too many')
    else {
      const text = uriTemplate as string
      made.set(text, { uriTemplate: text, template, definition })
    }
  }
  const kept = { resources: [...listed.values()], templates: [...made.values()] }
  return { ...kept, findings, hash: hashOf(kept) }
}

const LARGE = `its definition is larger than ${MAX_DEFINITION} characters`

/** The one action by which resources of a target are read; it does not change with what is listed. */
export function readEntry(target: Pick<CatalogueTarget, 'id' | 'tools'>): CatalogueEntry {
  const inputSchema = {
    type: 'object',
    properties: { uri: { type: 'string' } },
    required: ['uri'],
  }
  return {
    kind: 'resource',
    target: target.id,
    name: READ,
    qualifiedName: `${target.id}___${READ}`,
    wire: {},
    inputSchema,
    hash: createHash('sha256').update(canonicalJson(inputSchema)).digest('hex'),
    pin: 'approved',
    facts: readingFacts(target, READ),
    paramHeaders: [],
    quarantined: undefined,
  }
}

function hashOf({ resources, templates }: Pick<Listing, 'resources' | 'templates'>): string {
  const hash = createHash('sha256')
  for (const { definition } of resources) hash.update(JSON.stringify(definition)).update('\n')
  hash.update('\n')
  for (const { definition } of templates) hash.update(JSON.stringify(definition)).update('\n')
  return hash.digest('hex')
}
