// Pages of lists (MCP 2026-07-28, server/utilities/pagination and caching): cut after filtering, in a fixed order, always
// `cacheScope: private`. The cursor is ours: it names a position in one person's list at one version of policy and
// catalogue, under a key of this process, so a foreign or old one is refused and the client lists again.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { CatalogueEntry } from '../catalogue/entry.ts'
import type { JsonObject } from '../json/value.ts'
import { refuse, type Refusal } from '../refusal.ts'
import { randomBytes } from '../system/ids.ts'
import { listedName } from './names.ts'

const PAGE = 200
const TTL_MS = 60_000
const MAC_BYTES = 16
const key = randomBytes(32)

export type ListMember = 'tools' | 'prompts' | 'resources' | 'resourceTemplates'

/** What a cursor is bound to: the list's owner, what is listed, endpoint and version. */
export type ListBinding = {
  readonly fingerprint: string
  readonly member: ListMember
  readonly target: string | undefined
  readonly version: string
}

/** One page as the result of a list; names are bare on a target's own endpoint. */
export function entryPage(
  entries: readonly CatalogueEntry[],
  binding: ListBinding,
  cursor: unknown,
): JsonObject | Refusal {
  return pageOf(entries, binding, cursor, (entry) => listedEntry(entry, binding.target))
}

/** A definition as it is listed on an endpoint. */
export function listedEntry(entry: CatalogueEntry, endpoint: string | undefined): JsonObject {
  return endpoint === undefined ? { ...entry.wire, name: listedName(entry, undefined) } : entry.wire
}

export function pageOf<Of>(
  all: readonly Of[],
  binding: ListBinding,
  cursor: unknown,
  wireOf: (one: Of) => JsonObject,
): JsonObject | Refusal {
  const from = cursor === undefined ? 0 : positionOf(cursor, binding)
  if (from === undefined) {
    return refuse('in.invalid_params', {
      seen: 'a cursor that is not of this list',
      expected: 'the `nextCursor` of the page before, or none',
    })
  }
  const next = from + PAGE
  return {
    resultType: 'complete',
    [binding.member]: all.slice(from, next).map(wireOf),
    ...(next < all.length ? { nextCursor: seal(next, binding) } : {}),
    ttlMs: TTL_MS,
    cacheScope: 'private',
  }
}

function seal(position: number, binding: ListBinding): string {
  const text = String(position)
  return Buffer.concat([mac(text, binding), Buffer.from(text)]).toString('base64url')
}

function positionOf(cursor: unknown, binding: ListBinding): number | undefined {
  if (typeof cursor !== 'string' || cursor.length > 64) return undefined
  const bytes = Buffer.from(cursor, 'base64url')
  if (bytes.length <= MAC_BYTES) return undefined
  const text = bytes.toString('latin1', MAC_BYTES)
  return timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac(text, binding))
    ? Number(text)
    : undefined
}

function mac(position: string, { fingerprint, member, target, version }: ListBinding): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([position, fingerprint, member, target ?? null, version]))
    .digest()
    .subarray(0, MAC_BYTES)
}
