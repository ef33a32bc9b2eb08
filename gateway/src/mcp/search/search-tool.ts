// `search_tools`, the one tool of the gateway's own (protocol §5): it stands in lists in place of many. Whether it is there
// depends on what its caller sees alone, so that nothing about hidden tools can be told from it (attacks M-10). On the
// endpoint of a target it takes the place of a tool of that name.
import type { CatalogueEntry } from '../../catalogue/entry.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import { MAX_WORDS } from './rank.ts'
import type { SearchSettings } from './settings.ts'

export const SEARCH_TOOL = 'search_tools'

const MOST = 50
const USUAL = 10
const MAX_QUERY = 512

export const searchToolDefinition: JsonObject = {
  name: SEARCH_TOOL,
  title: 'Search tools',
  description:
    'Finds tools by what they do. Returns definitions with name, description and input schema; call a tool that was found by its name, like any tool of the list.',
  inputSchema: {
    type: 'object',
    properties: {
      query: {
        type: 'string',
        maxLength: MAX_QUERY,
        description: `words for what the tool should do, of which the first ${MAX_WORDS} different ones count; an empty text shows the first tools by name`,
      },
      limit: { type: 'integer', minimum: 1, maximum: MOST, default: USUAL },
    },
    required: ['query'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      tools: { type: 'array', items: { type: 'object' } },
      more: { type: 'boolean', description: 'others match as well: say more of what is wanted' },
    },
    required: ['tools', 'more'],
  },
  annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
}

/** Whether whoever sees so many tools is listed the search in their place. */
export function isSearched(
  settings: SearchSettings | undefined,
  visible: readonly CatalogueEntry[],
): settings is SearchSettings {
  return settings !== undefined && visible.length > settings.aboveTools
}

/** What is listed beside the search. */
export function shownBeside(
  { alwaysShow }: SearchSettings,
  visible: readonly CatalogueEntry[],
  endpoint: string | undefined,
): readonly CatalogueEntry[] {
  return reachable(visible, endpoint).filter((entry) => alwaysShow.includes(entry.qualifiedName))
}

/** Without what the search takes the name of. */
export function reachable(
  visible: readonly CatalogueEntry[],
  endpoint: string | undefined,
): readonly CatalogueEntry[] {
  if (endpoint === undefined) return visible
  return visible.filter(({ name }) => name !== SEARCH_TOOL)
}

export type SearchCall = { readonly query: string; readonly limit: number }

export function readSearchCall(args: JsonValue | undefined): SearchCall | Refusal {
  const { query, limit = USUAL, ...rest } = isJsonObject(args) ? args : {}
  const bad = (seen: string, expected: string): Refusal =>
    refuse('in.invalid_params', { seen, expected })
  if (typeof query !== 'string') return bad('`query` is no string', 'a text')
  if (query.length > MAX_QUERY) return bad('`query` is too long', `at most ${MAX_QUERY} characters`)
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MOST) {
    return bad('`limit` is no such number', `a whole number from 1 to ${MOST}`)
  }
  if (Object.keys(rest).length > 0) return bad('a member that is not known', '`query` and `limit`')
  return { query, limit }
}

/** The result of a call; the text says the same, for clients that read nothing else. */
export function searchResult(tools: readonly JsonObject[], more: boolean): JsonObject {
  const found = { tools, more }
  return {
    resultType: 'complete',
    content: [{ type: 'text', text: JSON.stringify(found) }],
    structuredContent: found,
  }
}
