// What all targets offer, as one immutable state that the path reads (architecture §3). Each target is asked
// off the path, at its own pace and alone: a slow, dead or lying one delays and changes no other.
import { createHash } from 'node:crypto'
import type { Connector } from '../call/connector.ts'
import type { Credential } from '../credential/credential.ts'
import type { Store } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { compareWithOthers, type OtherTool } from './cross-target.ts'
import type { Catalogue, CatalogueEntry, TargetHealth } from './entry.ts'
import { lookalikes } from './names.ts'
import { resourcesOf, type Resources } from './offers/owners.ts'
import { createPinStore } from './pins.ts'
import { createReview, type Review } from './review.ts'
import { createScanner, type Scanner } from './scan/scanner.ts'
import { createSeenStore } from './seen.ts'
import type { CatalogueTarget } from './settings.ts'
import { createTargetPins } from './target-pins.ts'
import { NOT_ASKED, watchTarget } from './target-state.ts'
import type { TargetWatch } from './target-state.ts'

export type CatalogueParts = {
  readonly connectors: ReadonlyMap<string, Connector>
  /** The gateway's credential for describing a target. */
  readonly credential: (target: string) => Credential | Promise<Credential>
  readonly store: Store
  /** Default: one of its own, which ends with it. */
  readonly scanner?: Scanner
  readonly clock: Clock
  /** For the audit: what was approved, and what is no longer as it was approved. */
  readonly pinChanged: (detail: Readonly<Record<string, unknown>>) => void
  readonly log: {
    readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void
  }
  readonly intervalMs?: number
  /** How often a target that is away is asked. */
  readonly absentMs?: number
  /** How long one target may take to describe itself. */
  readonly describeMs?: number
}

export type CatalogueWatch = {
  readonly current: () => Catalogue
  /** What may be read of targets, and whose it is. Changes more often than what policies are about. */
  readonly resources: () => Resources
  /** Loads what was approved, without asking any target. */
  readonly restore: () => Promise<void>
  /** Asks one target, or all of them at once; settles when they are done, and never rejects. */
  readonly refresh: (target?: string) => Promise<void>
  /**
   * Called after `current` has changed in more than the time of a description, and waited for by whoever asked for the
   * change; returns what ends it.
   */
  readonly onChange: (changed: (catalogue: Catalogue) => void | Promise<void>) => () => void
  readonly review: Review
  /** What targets offer under names that cannot be listed, for the operator. */
  readonly findings: () => readonly { readonly target: string; readonly reason: string }[]
  readonly close: () => void
}

const INTERVAL_MS = 60_000
const ABSENT_MS = 5_000
const DESCRIBE_MS = 30_000

export function createCatalogue(
  targets: readonly CatalogueTarget[],
  parts: CatalogueParts,
): CatalogueWatch {
  const closing = new AbortController()
  const listeners = new Set<(catalogue: Catalogue) => void | Promise<void>>()
  const underWay = new Map<string, Promise<void>>()
  const next = new Map<string, Promise<void>>()
  const scanner = parts.scanner ?? createScanner()
  const stores = { pins: createPinStore(parts.store), seen: createSeenStore(parts.store) }
  const alike = lookalikes(targets.map(({ id }) => id))
  const watches = new Map<string, TargetWatch>()

  for (const target of targets) {
    if (alike.has(target.id)) continue
    watches.set(
      target.id,
      watchTarget(target, {
        pins: createTargetPins(target, stores, parts.clock.wallMs),
        scanner,
        describe: () => describe(target.id),
        compare: (tools) => compareWithOthers(tools, target.id, othersThan(target.id)),
        nowMs: parts.clock.wallMs,
        steadyMs: parts.clock.monotonicMs,
        approved: ({ approved, held }) =>
          parts.pinChanged({
            change: 'approved',
            target: target.id,
            baseline: target.baseline,
            tools: approved,
            ...(held.length === 0 ? {} : { held }),
          }),
      }),
    )
  }

  /** What the other targets offer, or had approved. */
  function othersThan(id: string): readonly OtherTool[] {
    return [...watches]
      .filter(([target]) => target !== id)
      .flatMap(([target, { offered, pins }]) => {
        const names = offered()?.map(({ name }) => name) ?? pins.approved().keys()
        return [...names].map((name) => ({ target, name }))
      })
  }

  async function describe(id: string) {
    const connector = parts.connectors.get(id)
    if (connector === undefined) throw new Error('no connector for this target')
    const credential = await parts.credential(id)
    const signal = AbortSignal.any([
      closing.signal,
      AbortSignal.timeout(parts.describeMs ?? DESCRIBE_MS),
    ])
    return await connector.describe(credential, signal)
  }

  let catalogue: Catalogue = { version: 0, ...collect() }
  let resources = resourcesOf([], [], '')

  function collectResources(): void {
    const offerings = targets.flatMap(({ id, resourcePriority, resourcePrefixes }) => {
      const offers = watches.get(id)?.state().offers
      if (offers === undefined) return []
      return { target: id, priority: resourcePriority, prefixes: resourcePrefixes, offers }
    })
    // Nobody sees them, and so nobody sees the interfaces that they alone name.
    const leftOut = [...watches.values()].flatMap((watch) => watch.state().leftOut)
    const hashes = offerings.map(({ target, offers }) => [target, offers.listing.hash])
    const version = createHash('sha256')
      .update(JSON.stringify([catalogue.version, hashes, leftOut]))
      .digest('hex')
      .slice(0, 16)
    if (resources.version === version) return
    const { findings: before } = resources
    const tools = [...catalogue.entries.values(), ...leftOut]
    resources = resourcesOf(offerings, tools, version)
    for (const { target, reason } of resources.findings) {
      const known = before.some((one) => one.target === target && one.reason === reason)
      if (!known) parts.log.warn({ target, reason }, 'a claim of a target does not count')
    }
  }

  function namesLeftOut(): ReadonlySet<string> {
    const all = [...watches.values()].flatMap((watch) => watch.state().leftOut)
    return new Set(all.map(({ qualifiedName }) => qualifiedName))
  }

  function collect(): Pick<Catalogue, 'entries' | 'health'> {
    const entries = new Map<string, CatalogueEntry>()
    const health = new Map<string, TargetHealth>()
    for (const { id } of targets) {
      const state = watches.get(id)?.state()
      health.set(id, state?.health ?? LOOKALIKE)
      for (const entry of state?.entries ?? []) entries.set(entry.qualifiedName, entry)
    }
    return { entries, health }
  }

  async function publish(): Promise<void> {
    if (closing.signal.aborted) return
    const { entries, health } = collect()
    const before = catalogue
    const same = isSame(before, entries, health)
    // Entries stay the same objects while nothing changed: later stages hang caches on them.
    const leftOut = namesLeftOut()
    catalogue = same
      ? { ...before, health, leftOut }
      : { version: before.version + 1, entries, health, leftOut }
    collectResources()
    reportTargets(before.health, health)
    if (same) return
    reportTools(before, catalogue)
    await Promise.all([...listeners].map((listener) => tell(listener, catalogue)))
  }

  async function tell(
    listener: (catalogue: Catalogue) => void | Promise<void>,
    news: Catalogue,
  ): Promise<void> {
    try {
      await listener(news)
    } catch (error) {
      parts.log.warn({ error: wordsOf(error) }, 'a new catalogue could not be taken over')
    }
  }

  function reportTargets(before: Catalogue['health'], after: Catalogue['health']): void {
    for (const [target, { state, reason }] of after) {
      const former = before.get(target)
      // One that never answered was down before it was asked: the first reason is news.
      const news = former?.state !== state || (former.reason === NOT_ASKED && reason !== NOT_ASKED)
      if (state !== 'up' && news) {
        parts.log.warn({ target, state, reason }, 'a target is not available')
      }
    }
  }

  function reportTools(before: Catalogue, after: Catalogue): void {
    const offered = new Map(
      [...watches.values()].flatMap((watch) =>
        (watch.offered() ?? []).map((tool) => [tool.qualifiedName, tool] as const),
      ),
    )
    for (const [tool, { kind, pin, quarantined, target }] of after.entries) {
      const known = before.entries.get(tool)
      if (known?.pin === pin && known.quarantined === quarantined) continue
      if (pin === 'approved' && quarantined === undefined) continue
      const seen = offered.get(tool)
      const findings = [...new Set(seen?.findings.map(({ rule }) => rule))]
      parts.log.warn({ target, tool, pin, quarantined, findings }, `a ${kind} is not callable`)
      if (pin === 'approved') continue
      parts.pinChanged({ change: pin, tool, target, hash: seen?.hash ?? '', findings })
    }
  }

  async function refreshOne(id: string, watch: TargetWatch): Promise<void> {
    const running = underWay.get(id)
    if (running !== undefined) return await after(running, id, watch)
    const started = watch
      .restore()
      .then(() => watch.refresh())
      .then(publish)
      .finally(() => underWay.delete(id))
    underWay.set(id, started)
    return await started
  }

  /** Who asks while a target answers wants what is true now, and that answer may be older: it is asked once more. */
  function after(running: Promise<void>, id: string, watch: TargetWatch): Promise<void> {
    const known = next.get(id)
    if (known !== undefined) return known
    const following = running.then(() => {
      next.delete(id)
      return refreshOne(id, watch)
    })
    next.set(id, following)
    return following
  }

  async function refresh(only?: string): Promise<void> {
    const chosen = [...watches].filter(([id]) => only === undefined || id === only)
    await Promise.all(chosen.map(([id, watch]) => refreshOne(id, watch)))
  }

  const review = createReview({
    watches,
    scanner,
    current: () => catalogue,
    withEntries(target, entries) {
      const others = [...catalogue.entries].filter(([, entry]) => entry.target !== target)
      const own = entries.map((entry): [string, CatalogueEntry] => [entry.qualifiedName, entry])
      return {
        version: catalogue.version + 1,
        entries: new Map([...others, ...own]),
        health: catalogue.health,
        leftOut: namesLeftOut(),
      }
    },
    publish,
  })

  /** Whoever is away is looked for more often: it is back in lists soon after it is back. */
  function lookForAbsent(): void {
    for (const [id, watch] of watches) {
      const away = watch.state().health.state !== 'up'
      if (away && !underWay.has(id)) void refreshOne(id, watch)
    }
  }

  const timers = [
    setInterval(() => void refresh(), parts.intervalMs ?? INTERVAL_MS),
    setInterval(lookForAbsent, parts.absentMs ?? ABSENT_MS),
  ]
  for (const timer of timers) timer.unref()
  return {
    current: () => catalogue,
    resources: () => resources,
    review,
    refresh,
    async restore() {
      await Promise.all([...watches.values()].map((watch) => watch.restore()))
      await publish()
    },
    onChange(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    findings: () => [
      ...[...watches].flatMap(([target, watch]) =>
        watch.state().findings.map((reason) => ({ target, reason })),
      ),
      ...resources.findings,
    ],
    close() {
      for (const timer of timers) clearInterval(timer)
      closing.abort(new Error('the gateway stops'))
      listeners.clear()
      if (parts.scanner === undefined) void scanner.close()
    },
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error'
}

const LOOKALIKE: TargetHealth = {
  state: 'isolated',
  reason: 'its id looks like that of another target',
  describedAtMs: undefined,
}

function isSame(
  before: Catalogue,
  entries: ReadonlyMap<string, CatalogueEntry>,
  health: ReadonlyMap<string, TargetHealth>,
): boolean {
  if (before.entries.size !== entries.size || before.health.size !== health.size) return false
  for (const [name, { hash, pin, quarantined }] of entries) {
    const known = before.entries.get(name)
    if (known?.hash !== hash || known.pin !== pin || known.quarantined !== quarantined) return false
  }
  for (const [target, { state }] of health) {
    if (before.health.get(target)?.state !== state) return false
  }
  return true
}
