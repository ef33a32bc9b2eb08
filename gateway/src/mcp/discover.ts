// The answer to `server/discover` (MCP 2026-07-28): the gateway's own, never put together from what targets say. Its
// capabilities are those of what the caller may see; its instructions are the configuration's.
import type { JsonObject } from '../json/value.ts'

/** Revisions that this gateway serves in the modern era. */
export const SUPPORTED_VERSIONS = ['2026-07-28'] as const
const TTL_MS = 60_000

/** Whether the caller sees any of these. */
export type Offered = {
  readonly prompts: boolean
  readonly resources: boolean
  readonly completions: boolean
}

/** Result of `server/discover`. It differs by authorization only, hence `private`. */
export function discoverResult(
  version: string,
  { prompts, resources, completions }: Offered,
  instructions: string | undefined,
): JsonObject {
  return {
    resultType: 'complete',
    supportedVersions: SUPPORTED_VERSIONS,
    capabilities: {
      tools: { listChanged: true },
      ...(prompts ? { prompts: { listChanged: true } } : {}),
      ...(resources ? { resources: { subscribe: true, listChanged: true } } : {}),
      ...(completions ? { completions: {} } : {}),
    },
    ...(instructions === undefined ? {} : { instructions }),
    ttlMs: TTL_MS,
    cacheScope: 'private',
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'sallyport', version } },
  }
}
