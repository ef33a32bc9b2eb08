// The pins of one target over time (policy-audit §1.6): what was approved, what was seen and waits, since when. Nothing
// is approved here but a first catalogue under a new baseline label, and what a person has reviewed. Whatever cannot
// be read or judged stays unapproved.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createInTurn } from '../system/in-turn.ts'
import type { ApprovedTool } from './entries.ts'
import type { CheckedTool } from './judge-tools.ts'
import { isListed } from './left-out.ts'
import { judgeTool } from './offered-tool.ts'
import type { Approver, Pins, PinStore } from './pins.ts'
import type { Seen, SeenStore, SeenTools } from './seen.ts'
import type { CatalogueTarget } from './settings.ts'

export type TargetPins = {
  readonly approved: () => ReadonlyMap<string, ApprovedTool>
  /** What is offered and not approved, or approved and no longer offered. */
  readonly seen: () => SeenTools
  /** Reads what was approved and seen; rejects where that is not known. */
  readonly load: () => Promise<void>
  /** Takes over what a target offers now; resolves with what its baseline has just approved, if it has. */
  readonly follow: (offered: readonly CheckedTool[]) => Promise<BaselineApproval | undefined>
  /** Approves the definition that was shown; rejects where it is not the one that is seen. */
  readonly approve: (name: string, hash: string, by: Approver) => Promise<void>
}

export type BaselineApproval = {
  readonly approved: readonly string[]
  /** Left for a review, because of what the scanner found or because everything is. */
  readonly held: readonly string[]
}

const TOOLS_PER_TURN = 50

export function createTargetPins(
  target: CatalogueTarget,
  stores: { readonly pins: PinStore; readonly seen: SeenStore },
  nowMs: () => number,
): TargetPins {
  const { id, baseline } = target
  // Compiling a schema may take as long as judging many.
  const toolsPerTurn = target.argumentFault === undefined ? TOOLS_PER_TURN : 1
  let pins: Pins
  let loaded = false
  let approved: ReadonlyMap<string, ApprovedTool> = new Map()
  let seen: SeenTools = new Map()
  // A description and an order of the operator may come together.
  const inTurn = createInTurn()

  async function load(): Promise<void> {
    if (loaded) {
      const newer = await stores.pins.loadIfNewer(id, baseline, pins)
      if (newer !== pins) await take(newer)
      return
    }
    const waiting = await stores.seen.load(id, baseline)
    seen = new Map([...waiting].filter(([name]) => isListed(target, name)))
    await take(await stores.pins.load(id, baseline))
    loaded = true
  }

  async function take(next: Pins): Promise<void> {
    const judged = new Map<string, ApprovedTool>()
    for (const [name, { hash, definition, approvedAtMs, by }] of next?.tools ?? []) {
      if (!isListed(target, name)) continue
      if (judged.size % toolsPerTurn === toolsPerTurn - 1) await nextTurn()
      const tool = definition && judgeTool(id, definition)
      const fit = tool && 'name' in tool ? tool : undefined
      if (fit !== undefined) target.argumentFault?.(fit.inputSchema)
      judged.set(name, { hash, tool: fit, approvedAtMs, by })
    }
    pins = next
    approved = judged
  }

  async function approveBaseline(
    offered: readonly CheckedTool[],
  ): Promise<BaselineApproval | undefined> {
    const fit = offered.filter(({ fault, hash }) => fault === undefined && hash !== '')
    // An empty list is no baseline: a server that is still starting would shut itself out.
    if (fit.length === 0) return undefined
    const clean = fit.filter(
      ({ findings }) =>
        target.reviewAll !== true && (target.trusted === true || findings.length === 0),
    )
    const { pins: next, first } = await stores.pins.approveFirst(id, baseline, clean, nowMs())
    await take(next)
    if (!first) return undefined
    const names = new Set(clean.map(({ name }) => name))
    return {
      approved: [...names],
      held: fit.map(({ name }) => name).filter((name) => !names.has(name)),
    }
  }

  async function completeDefinitions(offered: readonly CheckedTool[]): Promise<void> {
    const unwritten = offered.filter(({ name, hash, fault }) => {
      const pin = fault === undefined ? pins?.tools.get(name) : undefined
      return pin !== undefined && pin.definition === undefined && pin.hash === hash
    })
    if (unwritten.length === 0) return
    await stores.pins.complete(id, baseline, unwritten)
    await take(await stores.pins.load(id, baseline))
  }

  async function keepSeen(next: SeenTools): Promise<void> {
    await stores.seen.keep(id, baseline, seen, next)
    seen = next
  }

  return {
    approved: () => approved,
    seen: () => seen,
    load: () => inTurn(load),
    follow: (offered) =>
      inTurn(async () => {
        await load()
        const first = pins === undefined ? await approveBaseline(offered) : undefined
        await completeDefinitions(offered)
        await keepSeen(unapproved(offered, approved, seen, nowMs()))
        return first
      }),
    approve: (name, hash, by) =>
      inTurn(async () => {
        const shown = seen.get(name)
        if (shown?.definition === undefined || shown.hash !== hash) {
          throw new Error(`\`${name}\` is no longer what was shown: look at it again`)
        }
        const { definition } = shown
        await stores.pins.approve(id, baseline, { name, hash, definition }, by, nowMs())
        await take(await stores.pins.load(id, baseline))
        await keepSeen(new Map([...seen].filter(([of]) => of !== name)))
      }),
  }
}

/** What waits for a person, and what is gone; an entry stays as it was first seen while its hash does. */
function unapproved(
  offered: readonly CheckedTool[],
  approved: ReadonlyMap<string, ApprovedTool>,
  before: SeenTools,
  nowMs: number,
): SeenTools {
  const next = new Map<string, Seen>()
  const add = (name: string, hash: string, tool?: CheckedTool): void => {
    const known = before.get(name)
    if (known?.hash === hash && (known.definition !== undefined || tool === undefined)) {
      next.set(name, known)
      return
    }
    // What is unfit cannot be approved, so that nobody needs to see all of it.
    const definition = tool?.fault === undefined ? tool?.definition : undefined
    next.set(name, { hash, sinceMs: known?.hash === hash ? known.sinceMs : nowMs, definition })
  }
  const names = new Set<string>()
  for (const tool of offered) {
    names.add(tool.name)
    if (tool.hash === '' || approved.get(tool.name)?.hash !== tool.hash) {
      add(tool.name, tool.hash === '' ? UNFIT : tool.hash, tool)
    }
  }
  for (const name of approved.keys()) if (!names.has(name)) add(name, GONE)
  return next
}

const GONE = ''
/** It has no hash; equal to none. */
const UNFIT = 'unfit'
