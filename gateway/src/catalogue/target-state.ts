// One target of the catalogue over time: described off the path, pins loaded once, entries made anew after
// each description. Whatever a target does ends in its own health; it throws nothing.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Description } from '../call/connector.ts'
import type { JsonObject } from '../json/value.ts'
import { entriesOf } from './entries.ts'
import type { ApprovedTool } from './entries.ts'
import type { CatalogueEntry, TargetHealth } from './entry.ts'
import { lookalikes } from './names.ts'
import { judgeTool } from './offered-tool.ts'
import type { OfferedTool } from './offered-tool.ts'
import type { Pins, PinStore } from './pins.ts'
import type { CatalogueTarget } from './settings.ts'

export type TargetState = {
  readonly entries: readonly CatalogueEntry[]
  readonly health: TargetHealth
  /** What has no name to be listed under, in words. */
  readonly findings: readonly string[]
}

export type TargetParts = {
  readonly pins: PinStore
  readonly describe: () => Promise<Description>
  readonly nowMs: () => number
  /** A baseline was approved. */
  readonly approved: (tools: readonly string[]) => void
}

export type TargetWatch = {
  readonly state: () => TargetState
  /** Loads what was approved. Never rejects. */
  readonly restore: () => Promise<void>
  /** Asks the target and judges what it says. Never rejects. */
  readonly refresh: () => Promise<void>
}

// One failed description may be a hiccup; tools do not vanish from lists for it.
const FAILURES_UNTIL_DOWN = 2
const TOOLS_PER_TURN = 50

/** Why a target is down that nobody has asked yet. */
export const NOT_ASKED = 'not asked yet'

export function watchTarget(target: CatalogueTarget, parts: TargetParts): TargetWatch {
  let pins: Pins
  let approved: ReadonlyMap<string, ApprovedTool> = new Map()
  let pinsLoaded = false
  let offered: readonly OfferedTool[] | undefined
  let failures = 0
  let state: TargetState = {
    entries: [],
    health: { state: 'down', reason: NOT_ASKED, describedAtMs: undefined },
    findings: [],
  }

  function set(health: TargetHealth, findings = state.findings): void {
    state = { entries: entriesOf(target, offered, approved), health, findings }
  }

  async function loadPins(): Promise<void> {
    await take(await parts.pins.load(target.id, target.baseline))
    pinsLoaded = true
  }

  async function take(loaded: Pins): Promise<void> {
    const judged = new Map<string, ApprovedTool>()
    for (const [name, { hash, definition }] of loaded ?? []) {
      if (judged.size % TOOLS_PER_TURN === TOOLS_PER_TURN - 1) await nextTurn()
      const tool = definition && judgeTool(target.id, definition)
      judged.set(name, { hash, tool: tool && 'name' in tool ? tool : undefined })
    }
    pins = loaded
    approved = judged
  }

  async function approve(tools: readonly OfferedTool[]): Promise<void> {
    const fit = tools.filter(({ fault, hash }) => fault === undefined && hash !== '')
    if (pins === undefined) {
      // An empty list is no baseline: a server that is still starting would shut itself out.
      if (fit.length === 0) return
      const { id, baseline } = target
      const result = await parts.pins.approveFirst(id, baseline, fit, parts.nowMs())
      await take(result.pins)
      if (result.first) parts.approved(fit.map(({ name }) => name))
      return
    }
    const unwritten = fit.filter(({ name, hash }) => {
      const pin = pins?.get(name)
      return pin !== undefined && pin.definition === undefined && pin.hash === hash
    })
    if (unwritten.length === 0) return
    await parts.pins.complete(target.id, target.baseline, unwritten)
    await loadPins()
  }

  return {
    state: () => state,
    async restore() {
      if (pinsLoaded) return
      try {
        await loadPins()
        set(state.health)
      } catch (error) {
        isolate(error)
      }
    },
    async refresh() {
      let description: Description
      try {
        description = await parts.describe()
      } catch (error) {
        failures += 1
        const down = failures >= FAILURES_UNTIL_DOWN || state.health.state !== 'up'
        const { describedAtMs } = state.health
        set({ state: down ? 'down' : 'up', reason: wordsOf(error), describedAtMs })
        return
      }
      try {
        const judged = await judge(target.id, description.tools)
        if (!pinsLoaded) await loadPins()
        await approve(judged.tools)
        failures = 0
        offered = judged.tools
        const describedAtMs = parts.nowMs()
        set({ state: 'up', reason: undefined, describedAtMs }, judged.findings)
      } catch (error) {
        isolate(error)
      }
    },
  }

  /** Unknown what is approved: nothing new becomes callable (policy-audit §1.6). */
  function isolate(error: unknown): void {
    set({ state: 'isolated', reason: wordsOf(error), describedAtMs: state.health.describedAtMs })
  }
}

async function judge(
  target: string,
  definitions: readonly JsonObject[],
): Promise<{ readonly tools: readonly OfferedTool[]; readonly findings: readonly string[] }> {
  const tools = new Map<string, OfferedTool>()
  const findings: string[] = []
  for (const [index, definition] of definitions.entries()) {
    if (index % TOOLS_PER_TURN === TOOLS_PER_TURN - 1) await nextTurn()
    const tool = judgeTool(target, definition)
    if (!('name' in tool)) findings.push(tool.fault)
    else if (!tools.has(tool.name)) tools.set(tool.name, tool)
    else tools.set(tool.name, { ...tool, hash: '', fault: 'the target lists it more than once' })
  }
  const alike = lookalikes(tools.keys())
  return {
    tools: [...tools.values()].map((tool) =>
      alike.has(tool.name) && tool.fault === undefined
        ? { ...tool, fault: 'its name looks like that of another tool of the target' }
        : tool,
    ),
    findings,
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 512) : 'unknown error'
}
