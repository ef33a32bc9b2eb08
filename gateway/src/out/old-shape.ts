// Answers in the shape of the old era (MCP 2025-11-25): without what only the modern one has, with the codes that its
// clients know. A target's answer is cut, not built again, so that no number in it changes (attacks M-28).
import type { Answer, AnswerCode } from '../answers.ts'
import { cutMembers } from '../json/cut-members.ts'
import { readJson } from '../json/read.ts'
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'

const MODERN: ReadonlySet<string> = new Set(['resultType', 'ttlMs', 'cacheScope'])
/** Looked for before the text is walked: as fast as memory is read. */
const TRACES = [...[...MODERN].map((name) => `"${name}"`), '"structuredContent"', '"error"']
const NOT_FOUND = -32_002
const INVALID_PARAMS = -32_602
const INTERNAL = -32_603
/** −32020 … −32022: what they name, the old era does not have. */
const MODERN_CODES: ReadonlySet<number> = new Set([-32_020, -32_021, -32_022])
const ERROR_LIMITS = { depth: 64, nodes: 100_000, numberLength: 1_024 }

/** One response of a target in the shape of the modern era. */
export function oldResponse(body: Buffer, method: string | undefined): Buffer {
  if (!TRACES.some((trace) => body.includes(trace))) return body
  const cut = cutMembers(body, 'result', isModernMember)
  return cut === body && body.includes('"error"') ? oldError(body, method) : cut
}

/** A result of the gateway's own. */
export function oldResult(result: object): object {
  const members = Object.entries(result as JsonObject).filter(([name]) => !MODERN.has(name))
  const old = Object.fromEntries(members)
  const { tools } = old
  return Array.isArray(tools) ? { ...old, tools: tools.map(oldTool) } : old
}

/** How a refusal is said: errors of what was understood are in the answer, not in the status. */
export function oldAnswer(answer: Answer, code: AnswerCode, method: string | undefined): Answer {
  if (answer.shape !== 'rpc' || method === undefined) return answer
  if (code === 'in.header_mismatch') return answer
  if (code === 'in.no_such_method' || code === 'in.invalid_params') {
    return { ...answer, status: 200 }
  }
  if (code === 'call.client_cannot_answer' && method === 'tools/call') {
    return { ...answer, shape: 'tool', status: 200 }
  }
  const rpc = oldCode(answer.rpc ?? INTERNAL, method)
  return { ...answer, rpc, status: code === 'call.client_cannot_answer' ? 200 : answer.status }
}

function isModernMember(name: string, first: number): boolean {
  // In the old era it is an object or nothing.
  if (name === 'structuredContent') return first !== 0x7b
  return MODERN.has(name)
}

function oldError(body: Buffer, method: string | undefined): Buffer {
  const read = readJson(body, ERROR_LIMITS)
  if (!('value' in read) || !isJsonObject(read.value)) return body
  const { error, ...rest } = read.value
  if (!isJsonObject(error) || typeof error['code'] !== 'number') return body
  const code = oldCode(error['code'], method)
  if (code === error['code']) return body
  return Buffer.from(JSON.stringify({ ...rest, error: { ...error, code } }))
}

function oldCode(code: number, method: string | undefined): number {
  if (MODERN_CODES.has(code)) return INTERNAL
  // The modern era has no code of its own for a resource that is not there.
  return code === INVALID_PARAMS && method === 'resources/read' ? NOT_FOUND : code
}

/** A schema of a result that is no object would make such clients refuse the whole list. */
function oldTool(tool: JsonValue): JsonValue {
  if (!isJsonObject(tool)) return tool
  const { outputSchema, ...old } = tool
  return isJsonObject(outputSchema) && outputSchema['type'] !== 'object' ? old : tool
}
