// The answer to `server/discover` (MCP 2026-07-28): the gateway's own, never put together from what targets say.
import type { JsonObject } from '../json/value.ts'

/** Revisions that this gateway serves. */
export const SUPPORTED_VERSIONS = ['2026-07-28'] as const
const TTL_MS = 60_000

/** Result of `server/discover`. It differs by authorization only, hence `private`. */
export function discoverResult(version: string): JsonObject {
  return {
    resultType: 'complete',
    supportedVersions: SUPPORTED_VERSIONS,
    capabilities: { tools: {} },
    ttlMs: TTL_MS,
    cacheScope: 'private',
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'sallyport', version } },
  }
}
