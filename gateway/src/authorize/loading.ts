// The state of one gateway's policies, schema and catalogue, and how the next one takes its place: built whole beside
// the one that decides, swapped at the end, one load after the other (policy-audit §1.1 rules 2 and 8, §1.2).
import { setImmediate } from 'node:timers/promises'
import type { Catalogue } from '../catalogue/entry.ts'
import { createInTurn } from '../system/in-turn.ts'
import { unknownRoles } from './approval/unknown-roles.ts'
import type { Engine } from './engine.ts'
import type { Finding } from './finding.ts'
import type { KeptSchemas } from './kept-schemas.ts'
import { buildLoaded, NOWHERE, type Loaded } from './loaded.ts'
import { takePlace } from './places.ts'
import type { PolicyFile } from './policy-files.ts'
import { restrictCatalogue } from './restrict-catalogue.ts'
import type { Shadows } from './shadows.ts'
import type { Workshop } from './workshop.ts'

/** What is absent stays as it is. */
export type Change = {
  readonly files?: readonly PolicyFile[]
  readonly catalogue?: Catalogue
}

export type LoadResult =
  | {
      readonly loaded: true
      readonly setVersion: string
      readonly schemaVersion: string
      readonly policies: number
      readonly notices: readonly Finding[]
      /** Policies that wait for the approval of a role that nobody has. */
      readonly unknownRoles: readonly Finding[]
      /** Qualified name to reason: neither listed nor callable. */
      readonly quarantined: ReadonlyMap<string, string>
    }
  /**
   * The last good set and schema go on together, with the last good catalogue less what the new one does
   * not have, or not as it was approved.
   */
  | { readonly loaded: false; readonly findings: readonly Finding[] }

export type Loading = {
  /** What decides now. */
  readonly state: () => Loaded | undefined
  /** Never rejects. What a new catalogue takes away is gone before this returns. */
  readonly load: (change: Change) => Promise<LoadResult>
  /** Nothing decides from now on, and the place in the engine is left to the next one. */
  readonly close: () => void
}

export type LoadingParts = {
  readonly engine: Engine
  readonly workshop: Workshop
  readonly kept: KeptSchemas | undefined
  readonly shadows: Shadows
  /** Those of the configuration; absent: any. */
  readonly roles: ReadonlySet<string> | undefined
  /** Another state decides: what was decided before is void. */
  readonly changed: () => void
}

export function createLoading({ changed, roles, ...parts }: LoadingParts): Loading {
  const place = takePlace()
  let side = 0
  let state: Loaded | undefined
  let closed = false
  let files: readonly PolicyFile[] = []
  let newest: Catalogue = NOTHING
  const inTurn = createInTurn()

  function take(next: Loaded): void {
    state = next
    changed()
  }

  /** A tool that is gone or no longer as it was approved is not callable, however long the load takes. */
  function withdraw(catalogue: Catalogue): void {
    newest = catalogue
    if (state === undefined || state.good === catalogue) return
    take({ ...state, catalogue: restrictCatalogue(state.good, catalogue) })
  }

  async function pause(): Promise<void> {
    await setImmediate()
    if (closed) throw new Error('the gateway is closed')
  }

  async function loadNow(wanted: readonly PolicyFile[]): Promise<LoadResult> {
    await pause()
    const catalogue = newest
    // INVARIANT: the engine is asked synchronously and only in the place in use, which is not the one written to.
    const prefix = `${place.name}/${side}`
    const next = await buildLoaded(wanted, catalogue, state, prefix, { ...parts, pause })
    if ('findings' in next) return { loaded: false, findings: next.findings }
    side = 1 - side
    files = wanted
    take(next)
    // Another catalogue may have come meanwhile; its own load is next.
    if (newest !== catalogue) withdraw(newest)
    return {
      loaded: true,
      setVersion: next.setVersion,
      schemaVersion: next.schema.version,
      policies: next.policies.length,
      notices: next.notices,
      unknownRoles: roles === undefined ? [] : unknownRoles(next.policies, roles),
      quarantined: next.schema.quarantined,
    }
  }

  return {
    state: () => state,
    async load(change) {
      if (change.catalogue !== undefined) withdraw(change.catalogue)
      return await inTurn(() => loadNow(change.files ?? files)).catch((error: unknown) =>
        refusedLoad(wordsOf(error)),
      )
    },
    close() {
      closed = true
      state = undefined
      // A load that is under way still writes there.
      void inTurn(async () => place.leave())
    },
  }
}

const NOTHING: Catalogue = { version: 0, entries: new Map(), health: new Map() }

function refusedLoad(text: string): LoadResult {
  return { loaded: false, findings: [{ ...NOWHERE, text }] }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
