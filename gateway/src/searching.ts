// A call of `search_tools`: no target is called. What may be found is the list of this very caller, made as `tools/list`
// makes it, and it is recorded like one. A part of the pipeline (pipeline.ts).
import { answerList, spokenIn, visible } from './listing.ts'
import { say } from './answering.ts'
import type { PipelineParts, Understood } from './exchange.ts'
import type { JsonObject } from './json/value.ts'
import { rankTools, readTools } from './mcp/search/rank.ts'
import {
  isSearched,
  reachable,
  readSearchCall,
  SEARCH_TOOL,
  searchResult,
} from './mcp/search/search-tool.ts'
import { listedEntry } from './mcp/page.ts'
import { isRefusal } from './refusal.ts'

/** Definitions in one answer, in characters of JSON: what a model can still read. */
const MOST_TEXT = 262_144

/** Whether the call was one of the search, and has its answer. */
export async function searched(parts: PipelineParts, exchange: Understood): Promise<boolean> {
  const { inbound, identity, head } = exchange
  const { target } = head.route
  if (parts.search === undefined || inbound.method !== 'tools/call') return false
  if (inbound.params['name'] !== SEARCH_TOOL) return false
  const list = await visible(parts, identity, target, 'tool', spokenIn(inbound))
  if (!isSearched(parts.search, list.entries)) return false
  const named = { ...exchange, tool: SEARCH_TOOL }
  const read = readSearchCall(inbound.params['arguments'])
  const asked = isRefusal(read) ? read : (parts.budgets.ofSearch(identity, SEARCH_TOOL) ?? read)
  if (isRefusal(asked)) {
    say(parts, named, asked)
    return true
  }
  const within = reachable(list.entries, target)
  await readTools(within)
  const ranked = rankTools(within, asked.query)
  const tools: JsonObject[] = []
  let length = 0
  for (const entry of ranked.slice(0, asked.limit)) {
    const definition = listedEntry(entry, target)
    length += JSON.stringify(definition).length
    if (tools.length > 0 && length > MOST_TEXT) break
    tools.push(definition)
  }
  const result = searchResult(tools, tools.length < ranked.length)
  answerList(parts, named, result, { ...list, shown: tools.length })
  return true
}
