// What lists of tools cost a model, for a person: bytes, and tokens as the estimate that they are.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import { objectOf, stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'

/** Per target, out of the gateway's status: id, tools, bytes, tokens. */
export function contextRows(status: JsonObject): string[][] {
  return costsOf(status).map(([id, cost]) => [
    id,
    jsonText(cost['tools'] ?? 0),
    jsonText(cost['bytes'] ?? 0),
    `about ${jsonText(cost['tokens'] ?? 0)}`,
  ])
}

/** Names that may be too long once a client has put its own prefix before them; one sentence each. */
export function longNames(status: JsonObject): readonly string[] {
  return costsOf(status).flatMap(([, { longNames: names }]) =>
    (Array.isArray(names) ? names : []).map(
      (name) =>
        `the name ${plainLine(stringOf(name) ?? '')} may be too long for models once a client has put its prefix before it`,
    ),
  )
}

/** Of definitions as a client gets them: name, description and input schema, four bytes a token. */
export function costOf(tools: readonly JsonObject[]): { bytes: number; tokens: number } {
  const bytes = tools.reduce((sum, { name, description, inputSchema }) => {
    return sum + Buffer.byteLength(JSON.stringify({ name, description, inputSchema }))
  }, 0)
  return { bytes, tokens: Math.ceil(bytes / 4) }
}

function costsOf(status: JsonObject): readonly (readonly [string, JsonObject])[] {
  return Object.entries(objectOf(status['context']) ?? {}).map(
    ([id, cost]) => [id, objectOf(cost) ?? {}] as const,
  )
}
