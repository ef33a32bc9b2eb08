// One target of the catalogue over time: described off the path, its pins followed, entries made anew after each
// description. Whatever a target does ends in its own health; only an order of the operator may reject.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Description } from '../call/connector.ts'
import { entriesOf } from './entries.ts'
import type { CatalogueEntry, TargetHealth } from './entry.ts'
import { judgeTools } from './judge-tools.ts'
import type { CheckedTool } from './judge-tools.ts'
import { siftTools, type LeftOut } from './left-out.ts'
import { judgeOffers, NO_OFFERS, type Offers } from './offers/offers.ts'
import { judgeOwnWords } from './own-words.ts'
import type { Approver } from './pins.ts'
import type { ScanFinding } from './scan/finding.ts'
import type { Scanner } from './scan/scanner.ts'
import type { CatalogueTarget } from './settings.ts'
import type { BaselineApproval, TargetPins } from './target-pins.ts'

export type TargetState = {
  readonly entries: readonly CatalogueEntry[]
  readonly health: TargetHealth
  /** What has no name to be listed under, in words. */
  readonly findings: readonly string[]
  /** Beside tools. */
  readonly offers: Offers
  /** Tools that the configuration does not take. */
  readonly leftOut: readonly LeftOut[]
}

export type TargetParts = {
  readonly pins: TargetPins
  readonly scanner: Scanner
  readonly describe: () => Promise<Description>
  /** Adds what only a look at the other targets shows. */
  readonly compare: (tools: readonly CheckedTool[]) => readonly CheckedTool[]
  /** Wall clock, for what is shown. */
  readonly nowMs: () => number
  /** A clock that never jumps: for how old a reading is (F-26). */
  readonly steadyMs: () => number
  /** A baseline was approved. */
  readonly approved: (baseline: BaselineApproval) => void
}

export type TargetWatch = {
  readonly settings: CatalogueTarget
  readonly state: () => TargetState
  readonly pins: TargetPins
  /** What the target offered last; `undefined`: it was never reached. */
  readonly offered: () => readonly CheckedTool[] | undefined
  /** Loads what was approved. Never rejects. */
  readonly restore: () => Promise<void>
  /** Asks the target and judges what it says. Never rejects. */
  readonly refresh: () => Promise<void>
  /** The entries as they would be if this definition were approved. */
  readonly withApproval: (tool: CheckedTool) => readonly CatalogueEntry[]
  /** Approves what was shown; rejects in words. */
  readonly approve: (name: string, hash: string, by: Approver) => Promise<void>
}

// One failed description may be a hiccup; tools do not vanish from lists for it.
const FAILURES_UNTIL_DOWN = 2
/** As long as what is known of approvals may be used while the store cannot be read. */
const PINS_GOOD_MS = 300_000

/** Why a target is down that nobody has asked yet. */
export const NOT_ASKED = 'not asked yet'
const UNKNOWN_PINS = 'what is approved cannot be read'

export function watchTarget(target: CatalogueTarget, parts: TargetParts): TargetWatch {
  const { pins, scanner, nowMs, steadyMs } = parts
  let offered: readonly CheckedTool[] | undefined
  let offers = NO_OFFERS
  let leftOut: readonly LeftOut[] = []
  let unfitWords: ReadonlyMap<string, string> = new Map()
  let scanned: ReadonlyMap<string, readonly ScanFinding[]> = new Map()
  let restored = false
  let pinsReadAtMs = -Infinity
  let failures = 0
  let state: TargetState = {
    entries: [],
    health: { state: 'down', reason: NOT_ASKED, describedAtMs: undefined },
    findings: [],
    offers,
    leftOut,
  }

  function set(health: TargetHealth, findings = state.findings): void {
    const tools = entriesOf(target, offered, pins.approved(), pins.seen(), unfitWords)
    const entries = [...tools, ...offers.entries]
    const known = steadyMs() - pinsReadAtMs <= PINS_GOOD_MS
    state = {
      entries: known
        ? entries
        : entries.map((entry) => ({ ...entry, quarantined: entry.quarantined ?? UNKNOWN_PINS })),
      health,
      findings,
      offers,
      leftOut,
    }
  }

  async function loadPins(): Promise<void> {
    await pins.load()
    pinsReadAtMs = steadyMs()
  }

  async function take(description: Description): Promise<void> {
    await loadPins()
    const sifted = siftTools(target, description.tools)
    const { tools, unnamed } = await judgeTools(target.id, sifted.kept, scanner, knownFindings())
    const beside = await judgeOffers(target, description, scanner, offers)
    scanned = new Map(tools.map(({ hash, findings }) => [hash, findings]))
    await prepareChecks(tools)
    // In one turn: of two targets that imitate each other, the second one to be judged sees the first.
    offered = parts.compare(tools)
    offers = beside
    leftOut = sifted.leftOut
    const baseline = await pins.follow(offered)
    pinsReadAtMs = steadyMs()
    if (baseline !== undefined) parts.approved(baseline)
    failures = 0
    const { speaks } = description
    set({ state: 'up', reason: undefined, describedAtMs: nowMs(), speaks }, [
      ...unnamed,
      ...sifted.missing,
      ...offers.findings,
    ])
  }

  /** Schemas are compiled one by one, and what was compiled is known afterwards. */
  async function prepareChecks(tools: readonly CheckedTool[]): Promise<void> {
    if (target.argumentFault === undefined) return
    for (const { inputSchema } of tools) {
      target.argumentFault(inputSchema)
      await nextTurn()
    }
  }

  /** What somebody has approved is not scanned again. */
  function knownFindings(): ReadonlyMap<string, readonly ScanFinding[]> {
    const known = new Map(scanned)
    for (const { hash } of pins.approved().values()) if (!known.has(hash)) known.set(hash, [])
    return known
  }

  /** Unknown what is approved: nothing new becomes callable (policy-audit §1.6). */
  function isolate(error: unknown): void {
    set({ ...state.health, state: 'isolated', reason: wordsOf(error) })
  }

  return {
    settings: target,
    pins,
    state: () => state,
    offered: () => offered,
    async restore() {
      if (restored) return
      unfitWords = await judgeOwnWords(target, scanner)
      try {
        await loadPins()
        restored = true
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
        // What is approved is asked for all the same, so that it does not go out of date with the target.
        await loadPins().catch(() => undefined)
        set({ ...state.health, state: down ? 'down' : 'up', reason: wordsOf(error) })
        return
      }
      // A gateway that starts keeps its store waiting: what did not come in time comes now.
      await take(description)
        .catch(() => take(description))
        .catch(isolate)
    },
    withApproval(tool) {
      const { name, hash } = tool
      const approved = new Map(pins.approved())
      approved.set(name, { hash, tool, approvedAtMs: nowMs(), by: undefined })
      const tools = entriesOf(target, offered, approved, pins.seen(), unfitWords)
      return [...tools, ...offers.entries]
    },
    async approve(name, hash, by) {
      await pins.approve(name, hash, by)
      pinsReadAtMs = steadyMs()
      set(state.health)
    },
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 512) : 'unknown error'
}
