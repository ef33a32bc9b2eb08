// What the operator sees of pins and orders (policy-audit §1.6): every tool with its state, what differs between what was
// approved and what is offered, and the approval of exactly what was shown. The composition root records an approval and
// asks whether the policies fit before it takes effect here.
import type { JsonObject } from '../json/value.ts'
import type { Catalogue, CatalogueEntry } from './entry.ts'
import { definitionDiff, type DefinitionChange } from './definition-diff.ts'
import type { CheckedTool } from './judge-tools.ts'
import type { LeftOut } from './left-out.ts'
import { judgeTool } from './offered-tool.ts'
import type { Approver } from './pins.ts'
import type { ScanFinding } from './scan/finding.ts'
import type { Scanner } from './scan/scanner.ts'
import type { TargetWatch } from './target-state.ts'

/**
 * `gone`: approved, and no longer offered. `left_out`: offered, and not on the list of the configuration. `unknown`: what
 * is approved of the target cannot be read.
 */
export type ReviewState = 'approved' | 'pending' | 'changed' | 'gone' | 'left_out' | 'unknown'

export type PinRow = {
  readonly tool: string
  readonly target: string
  readonly state: ReviewState
  /** Wall clock, milliseconds, from when on it is in this state; `undefined`: since it is asked about. */
  readonly sinceMs: number | undefined
  readonly approvedAtMs: number | undefined
  readonly approvedBy: Approver | 'baseline' | undefined
  readonly approvedHash: string | undefined
  /** Of what is offered and not approved. */
  readonly seenHash: string | undefined
  /** Why it is not callable whatever is approved. */
  readonly quarantined: string | undefined
  readonly findings: readonly ScanFinding[]
}

export type PinDiff = PinRow & {
  readonly approved: JsonObject | undefined
  readonly seen: JsonObject | undefined
  readonly changes: readonly DefinitionChange[]
}

/** An approval that is asked for, and what the catalogue would be with it. */
export type Proposal = {
  readonly row: PinRow
  readonly name: string
  readonly hash: string
  readonly catalogue: Catalogue
}

export type Review = {
  readonly list: () => Promise<readonly PinRow[]>
  /** Rejects in words where there is no such tool. */
  readonly diff: (tool: string) => Promise<PinDiff>
  /** Rejects in words where it cannot be approved, or is not what was shown. */
  readonly propose: (tool: string, hash: string) => Promise<Proposal>
  readonly approve: (proposal: Proposal, by: Approver) => Promise<void>
}

export type ReviewParts = {
  readonly watches: ReadonlyMap<string, TargetWatch>
  readonly scanner: Scanner
  readonly current: () => Catalogue
  /** The catalogue as it would be with these entries of one target. */
  readonly withEntries: (target: string, entries: readonly CatalogueEntry[]) => Catalogue
  /** After an approval. */
  readonly publish: () => Promise<void>
}

export function createReview(parts: ReviewParts): Review {
  const { watches, scanner } = parts

  async function rowOf(
    watch: TargetWatch,
    name: string,
    offered: ReadonlyMap<string, CheckedTool>,
  ): Promise<PinRow> {
    const { id } = watch.settings
    const pin = watch.pins.approved().get(name)
    const seen = watch.pins.seen().get(name)
    const unknown = watch.state().health.state === 'isolated'
    const state = unknown ? 'unknown' : stateOf(pin?.hash, seen?.hash)
    return {
      tool: `${id}___${name}`,
      target: id,
      state,
      sinceMs: state === 'approved' ? pin?.approvedAtMs : seen?.sinceMs,
      approvedAtMs: pin?.approvedAtMs,
      approvedBy: pin && (pin.by ?? 'baseline'),
      approvedHash: pin?.hash,
      seenHash: state === 'pending' || state === 'changed' ? seen?.hash : undefined,
      quarantined: parts.current().entries.get(`${id}___${name}`)?.quarantined,
      findings:
        offered.get(name)?.findings ?? (await scanned(seen?.definition ?? pin?.tool?.definition)),
    }
  }

  async function scanned(definition: JsonObject | undefined): Promise<readonly ScanFinding[]> {
    return definition === undefined ? [] : await scanner.scan(definition)
  }

  function find(tool: string): { readonly watch: TargetWatch; readonly name: string } {
    for (const [id, watch] of watches) {
      const prefix = `${id}___`
      const name = tool.slice(prefix.length)
      if (!tool.startsWith(prefix)) continue
      if (namesOf(watch).includes(name)) return { watch, name }
      if (watch.state().leftOut.some((left) => left.name === name)) {
        throw new Error(
          `\`${tool}\` is left out by the configuration; add \`${name}\` to \`targets.${id}.onlyTools\` to review it`,
        )
      }
    }
    throw new Error(
      `nothing is known of a tool \`${tool}\`; \`sallyport pins list\` names them all`,
    )
  }

  async function diff(tool: string): Promise<PinDiff> {
    const { watch, name } = find(tool)
    const row = await rowOf(watch, name, offeredBy(watch))
    const approved = watch.pins.approved().get(name)?.tool?.definition
    const seen = row.seenHash === undefined ? undefined : watch.pins.seen().get(name)?.definition
    return { ...row, approved, seen, changes: seen ? definitionDiff(approved, seen) : [] }
  }

  return {
    diff,
    async list() {
      const rows: PinRow[] = []
      for (const watch of watches.values()) {
        const offered = offeredBy(watch)
        for (const name of namesOf(watch)) rows.push(await rowOf(watch, name, offered))
        rows.push(...watch.state().leftOut.map(rowOfLeftOut))
      }
      return rows
    },
    async propose(tool, hash) {
      const { watch, name } = find(tool)
      const row = await rowOf(watch, name, offeredBy(watch))
      const seen = watch.pins.seen().get(name)
      if (row.state !== 'pending' && row.state !== 'changed') {
        throw new Error(`\`${tool}\` is ${row.state}: there is nothing to approve`)
      }
      if (seen?.hash !== hash) {
        throw new Error(
          `\`${tool}\` is no longer what was shown: its hash is ${seen?.hash.slice(0, 16)}…, not ${hash.slice(0, 16)}…; look at it again`,
        )
      }
      const judged = seen.definition && judgeTool(watch.settings.id, seen.definition)
      const unfit = row.quarantined ?? (judged === undefined ? UNSEEN : judged.fault)
      if (judged === undefined || !('name' in judged) || unfit !== undefined) {
        throw new Error(`\`${tool}\` cannot be approved: ${unfit ?? UNSEEN}`)
      }
      const approved: CheckedTool = { ...judged, findings: row.findings }
      const entries = watch.withApproval(approved)
      return { row, name, hash, catalogue: parts.withEntries(watch.settings.id, entries) }
    },
    async approve({ row, name, hash }, by) {
      await watches.get(row.target)?.approve(name, hash, by)
      await parts.publish()
    },
  }
}

const UNSEEN = 'its definition was not kept'

/** Nothing is judged of it but its name. */
function rowOfLeftOut({ qualifiedName, target }: LeftOut): PinRow {
  return {
    tool: qualifiedName,
    target,
    state: 'left_out',
    sinceMs: undefined,
    approvedAtMs: undefined,
    approvedBy: undefined,
    approvedHash: undefined,
    seenHash: undefined,
    quarantined: undefined,
    findings: [],
  }
}

function stateOf(approved: string | undefined, seen: string | undefined): ReviewState {
  if (approved === undefined) return 'pending'
  if (seen === undefined) return 'approved'
  return seen === '' ? 'gone' : 'changed'
}

function offeredBy(watch: TargetWatch): ReadonlyMap<string, CheckedTool> {
  return new Map(watch.offered()?.map((tool) => [tool.name, tool]))
}

function namesOf(watch: TargetWatch): readonly string[] {
  const names = new Set([...watch.pins.approved().keys(), ...watch.pins.seen().keys()])
  return [...names].toSorted()
}
