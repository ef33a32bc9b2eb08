// The revisions of MCP that clients may speak here, newest first, and the setting that says from which one on. Dates in
// this form compare as text.
import { z } from 'zod'

/** Modern: stateless, each request says its own version. */
export const MODERN_VERSIONS = ['2026-07-28'] as const
/** Old: opened by `initialize`. 2024-11-05 has another transport and is not served. */
export const OLD_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const
export const FIRST_MODERN = '2026-07-28'
/** The one revision of the old era that has batches. */
export const BATCH_VERSION = '2025-03-26'
export const OLDEST_VERSION = '2025-03-26'

export const minProtocol = z
  .enum([...MODERN_VERSIONS, ...OLD_VERSIONS])
  .meta({ 'x-expected': 'a revision such as `2025-06-18`' })

/** `spoken`: of a session of the old era; `undefined`: modern. */
export function isBelow(floor: string, spoken: string | undefined): boolean {
  return spoken !== undefined && spoken < floor
}

/** Versions of the old era that a floor leaves, newest first. */
export function oldVersionsFrom(floor: string): readonly string[] {
  return OLD_VERSIONS.filter((version) => version >= floor)
}
