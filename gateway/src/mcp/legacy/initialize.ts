// `initialize` of the old era (MCP 2025-11-25, basic/lifecycle): what the client says of itself, and the gateway's own
// answer, made of what `server/discover` answers to the same person, never put together from what targets say.
import type { McpRoute } from '../../in/inbound.ts'
import { oldVersionsFrom } from '../../in/versions.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import type { Session } from './session.ts'

const SERVER_INFO = 'io.modelcontextprotocol/serverInfo'
/** It travels in a header with each request. */
const MOST_BYTES = 2_048
const MOST_OF_NAME = 128
/** What decides what a target may ask of the client. */
const KNOWN = ['elicitation', 'sampling', 'roots'] as const

/** Params of the client, untrusted to typed. */
export function readInitialize(
  params: JsonObject,
  { minProtocol }: McpRoute,
): Omit<Session, 'name' | 'openedMs'> | Refusal {
  const { protocolVersion: asked, capabilities = {}, clientInfo } = params
  if (typeof asked !== 'string') {
    return refuse('in.invalid_params', { seen: '`protocolVersion` is no string' })
  }
  if (!isJsonObject(capabilities)) {
    return refuse('in.invalid_params', { seen: '`capabilities` is no object' })
  }
  const clientCapabilities = fitting(capabilities)
  if (clientCapabilities === undefined) {
    return refuse('in.invalid_params', {
      seen: '`capabilities` is too large',
      expected: `at most ${MOST_BYTES} bytes`,
    })
  }
  const [newest = '', ...older] = oldVersionsFrom(minProtocol)
  return {
    // MUST (basic/lifecycle): another version that is served, which SHOULD be the latest.
    protocolVersion: older.includes(asked) ? asked : newest,
    clientCapabilities,
    clientInfo: nameOf(clientInfo),
  }
}

/** `discovered` is the result of `server/discover`. */
export function initializeResult(protocolVersion: string, discovered: JsonObject): JsonObject {
  const { capabilities, instructions, _meta } = discovered
  const serverInfo = isJsonObject(_meta) ? _meta[SERVER_INFO] : undefined
  return {
    protocolVersion,
    // `logging/setLevel` is the gateway's own: it is kept for targets of either era.
    capabilities: { ...(isJsonObject(capabilities) ? capabilities : {}), logging: {} },
    ...(serverInfo === undefined ? {} : { serverInfo }),
    ...(instructions === undefined ? {} : { instructions }),
  }
}

function fitting(capabilities: JsonObject): JsonObject | undefined {
  if (JSON.stringify(capabilities).length <= MOST_BYTES) return capabilities
  const known = Object.fromEntries(
    KNOWN.flatMap((name): [string, JsonValue][] => {
      const value = capabilities[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  return JSON.stringify(known).length <= MOST_BYTES ? known : undefined
}

function nameOf(clientInfo: JsonValue | undefined): JsonObject | undefined {
  if (!isJsonObject(clientInfo)) return undefined
  const { name, version } = clientInfo
  if (typeof name !== 'string' || typeof version !== 'string') return undefined
  return { name: name.slice(0, MOST_OF_NAME), version: version.slice(0, MOST_OF_NAME) }
}
