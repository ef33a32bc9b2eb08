// What a target of either era lists, page by page, as far as its capabilities name it: tools, prompts, resources and
// templates. Raw definitions, bounded in pages, number and size of a page's cursor; bytes are counted by whoever asks.
// Tools must be listed; of the rest, what cannot be is said, so that the tools go on without it.
import type { JsonObject, JsonValue } from '../../json/value.ts'
import type { Description, Listed } from '../connector.ts'

/** Asks one method and settles with its result; rejects with a plain Error in words for the operator. */
export type Ask = (method: string, params: JsonObject) => Promise<JsonObject>

const MAX_PAGES = 100
const MAX_LISTED = 5_000
const MAX_CURSOR = 4_096

export async function listOffers(
  ask: Ask,
  capabilities: JsonValue | undefined,
): Promise<Description> {
  if (!isObject(capabilities)) return { tools: [] }
  const tools = isObject(capabilities['tools']) ? await listAll(ask, 'tools/list', 'tools') : []
  const unlisted: string[] = []
  const listed = async (method: string, member: string): Promise<Listed> => {
    try {
      return await listAll(ask, method, member)
    } catch (error) {
      unlisted.push(error instanceof Error ? error.message : method)
      return 'unlisted'
    }
  }
  const prompts = isObject(capabilities['prompts'])
    ? { prompts: await listed('prompts/list', 'prompts') }
    : {}
  const resources = isObject(capabilities['resources'])
    ? {
        resources: await listed('resources/list', 'resources'),
        templates: await listed('resources/templates/list', 'resourceTemplates'),
      }
    : {}
  return { tools, capabilities, ...prompts, ...resources, unlisted }
}

async function listAll(ask: Ask, method: string, member: string): Promise<readonly JsonObject[]> {
  const all: JsonObject[] = []
  const cursors = new Set<string>()
  let cursor: string | undefined
  do {
    const page: JsonObject = await ask(method, cursor === undefined ? {} : { cursor })
    const listed = page[member]
    if (!Array.isArray(listed)) throw new Error(`the answer to ${method} has no ${member}`)
    for (const one of listed as readonly JsonValue[]) {
      if (!isObject(one)) throw new Error(`an entry of ${method} is no object`)
      all.push(one)
    }
    if (all.length > MAX_LISTED) {
      throw new Error(`the target lists more than ${MAX_LISTED} ${member}`)
    }
    cursor = nextCursor(method, page, cursors)
    if (cursors.size >= MAX_PAGES) throw new Error(`${method} has more than ${MAX_PAGES} pages`)
  } while (cursor !== undefined)
  return all
}

function nextCursor(method: string, page: JsonObject, seen: Set<string>): string | undefined {
  const cursor = page['nextCursor']
  if (cursor === undefined || cursor === null) return undefined
  if (typeof cursor !== 'string' || cursor.length > MAX_CURSOR) {
    throw new Error(`${method} has a malformed cursor`)
  }
  if (seen.has(cursor)) throw new Error(`${method} repeats a cursor`)
  seen.add(cursor)
  return cursor
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
