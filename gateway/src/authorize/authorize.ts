// May this principal make this call with these arguments? Cedar decides, in process and synchronously, by the
// rules of policy-audit §1.1; the same policies decide what is listed (MCP 2026-07-28, protocol §6). Default
// deny: whatever is not allowed without any error is refused. Explaining is explain.ts.
import { setImmediate } from 'node:timers/promises'
import type { Catalogue, CatalogueEntry } from '../catalogue/entry.ts'
import type { Identity, Principal } from '../identify/identity.ts'
import type { JsonObject } from '../json/value.ts'
import { isRefusal, refuse, type Refusal } from '../refusal.ts'
import { reviewAccess, type Access as Reviewed, type ReviewQuestion } from './access-review.ts'
import type { Access } from './approval/access.ts'
import { waitForApproval } from './approval/needs-approval.ts'
import { fullSchema } from './catalogue-schema.ts'
import {
  CHANGED,
  denied,
  hidden,
  hiddenBy,
  inconvertible,
  nothingLoaded,
  unusable,
} from './denials.ts'
import { convert, keyOf } from './convert.ts'
import type { ConversionFailure } from './conversion-walk.ts'
import { createDecisionCache, type PrincipalDecisions } from './decision-cache.ts'
import { cedar, type Engine } from './engine.ts'
import { explainCall, type Explanation, type Question } from './explain.ts'
import type { Finding } from './finding.ts'
import type { KeptSchemas } from './kept-schemas.ts'
import { buildLoaded, NOWHERE, type Action, type Loaded } from './loaded.ts'
import { Permit, type Decision } from './permit.ts'
import type { PolicyFile } from './policy-files.ts'
import { targetOf } from './names.ts'
import { principalEntity, type PrincipalEntity } from './principal-entity.ts'
import { findReservedKey } from './reserved-keys.ts'
import { restrictCatalogue } from './restrict-catalogue.ts'
import { takePlace } from './places.ts'
import {
  decideCall,
  mayBeAllowed,
  NOT_PERMITTED,
  type Surroundings,
  type Verdict,
  isUnpermitted,
} from './verdict.ts'
import { workshop as ofThisProcess, type Workshop } from './workshop.ts'

export type AuthorizeSettings = {
  /** Id of the `Gateway` entity; the ARN where policies come from AgentCore, else the public URL. */
  readonly gatewayId: string
  /** The issuer whose subjects are principal ids as they are; ids of other issuers carry their issuer. */
  readonly homeIssuer: string
  readonly engine?: Engine
  /** Access that was granted for a time. */
  readonly access?: Pick<Access, 'granted' | 'version'>
  /** Schemas that were generated before, so that a start need not generate them again. */
  readonly kept?: KeptSchemas
  readonly workshop?: Workshop
}

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
      /** Qualified name to reason: neither listed nor callable. */
      readonly quarantined: ReadonlyMap<string, string>
    }
  /**
   * The last good set and schema go on together, with the last good catalogue less what the new one does
   * not have, or not as it was approved.
   */
  | { readonly loaded: false; readonly findings: readonly Finding[] }

export type Authorize = {
  /** The tool of that qualified name if this identity may see it; unknown and invisible are one answer. */
  readonly see: (identity: Identity, qualifiedName: string) => CatalogueEntry | Refusal
  readonly decide: (
    identity: Identity,
    entry: CatalogueEntry,
    args: JsonObject,
    requestId: string,
  ) => Permit | Refusal
  /** True where a policy forbids the tool to this identity whatever the arguments: no grant would help. */
  readonly forbids: (identity: Identity, qualifiedName: string) => boolean
  /** What this identity may see, of one target or of all. */
  readonly visible: (identity: Identity, target?: string) => VisibleList
  /**
   * Builds a new state beside the one that decides, and swaps them at the end. Loads take turns. What a new catalogue
   * takes away is gone at once. Never rejects.
   */
  readonly load: (change: Change) => Promise<LoadResult>
  readonly explain: (question: Question) => Explanation
  readonly review: (question: ReviewQuestion) => readonly Reviewed[]
  /** The generated schema in its JSON form; `undefined` before the first load. */
  readonly cedarSchema: () => object | undefined
  /** Denies from now on, and leaves its place in the engine to the next one. */
  readonly close: () => void
}

export type VisibleList = {
  /** Ordered by qualified name. */
  readonly entries: readonly CatalogueEntry[]
  /** How many more the catalogue has that this identity does not see. */
  readonly hidden: number
  /** Changes with policies, schema and catalogue. */
  readonly version: string
}

type Own = {
  readonly entity: PrincipalEntity
  /** Lists by target. */
  readonly lists: Map<string | undefined, VisibleList>
}
type Decisions = PrincipalDecisions<Own>

export function createAuthorize(settings: AuthorizeSettings): Authorize {
  const { gatewayId, homeIssuer, engine = cedar, kept, workshop = ofThisProcess } = settings
  const around: Surroundings = { engine, gatewayId }
  const place = takePlace()
  let side = 0
  let state: Loaded | undefined
  let closed = false
  let files: readonly PolicyFile[] = []
  let newest: Catalogue = NOTHING
  let last: Promise<unknown> = Promise.resolve()
  let cache = newCache()
  const decisionsMade = new WeakMap<Verdict, Decision>()

  function newCache() {
    return createDecisionCache((principal: Principal): Own => {
      return { entity: principalEntity(principal, homeIssuer), lists: new Map() }
    })
  }

  async function load(change: Change): Promise<LoadResult> {
    if (change.catalogue !== undefined) withdraw(change.catalogue)
    const loading = last.then(() => loadNow(change.files ?? files))
    last = loading.catch(() => undefined)
    return await loading.catch((error: unknown) => refusedLoad(wordsOf(error)))
  }

  /** A tool that is gone or no longer as it was approved is not callable, however long the load takes. */
  function withdraw(catalogue: Catalogue): void {
    newest = catalogue
    if (state === undefined || state.good === catalogue) return
    state = { ...state, catalogue: restrictCatalogue(state.good, catalogue) }
    cache = newCache()
  }

  async function loadNow(wanted: readonly PolicyFile[]): Promise<LoadResult> {
    const pause = async (): Promise<void> => {
      await setImmediate()
      if (closed) throw new Error('the gateway is closed')
    }
    await pause()
    const catalogue = newest
    // INVARIANT: the engine is asked synchronously and only in the place in use, which is not the one written to.
    const prefix = `${place.name}/${side}`
    const next = await buildLoaded(wanted, catalogue, state, prefix, {
      engine,
      workshop,
      kept,
      pause,
    })
    if ('findings' in next) return { loaded: false, findings: next.findings }
    side = 1 - side
    files = wanted
    state = next
    cache = newCache()
    // Another catalogue may have come meanwhile; its own load is next.
    if (newest !== catalogue) withdraw(newest)
    return {
      loaded: true,
      setVersion: next.setVersion,
      schemaVersion: next.schema.version,
      policies: next.policies.length,
      notices: next.notices,
      quarantined: next.schema.quarantined,
    }
  }

  function reach(decisions: Decisions, action: Action | undefined): Verdict {
    if (action?.permitted !== true) return NOT_PERMITTED
    const tool = cache.tool(decisions, action.name)
    return (tool.reach ??= mayBeAllowed(action, decisions.own.entity, around))
  }

  /** The same, with what was granted: a tool that no policy permits, and none forbids whatever the arguments. */
  function reachGranted(
    decisions: Decisions,
    principal: Principal,
    action: Action | undefined,
    entry: CatalogueEntry | undefined,
  ): Verdict {
    const reached = reach(decisions, action)
    if (grantFor(reached, principal, entry) === undefined || action === undefined) return reached
    const looked = action.permitted ? reached : mayBeAllowed(action, decisions.own.entity, around)
    return isUnpermitted(looked) ? { ...looked, answer: 'allow', reason: 'granted' } : looked
  }

  /** A grant stands where no policy permits: never against one that forbids or errs. */
  function grantFor(
    verdict: Verdict,
    principal: Principal,
    entry: CatalogueEntry | undefined,
  ): string | undefined {
    if (!isUnpermitted(verdict)) return undefined
    return settings.access?.granted(principal, entry?.qualifiedName ?? '', entry?.hash ?? '')
  }

  /**
   * Whoever asks for what they may not see has all tools of the target asked for, once. A hidden tool is one of
   * them, so that it costs what a name costs that does not exist, first time and later (attacks M-10).
   */
  function reachAll(decisions: Decisions, from: Loaded, target: string | undefined): void {
    for (const action of from.actions.values()) {
      if (targetOf(action.name) === target) reach(decisions, action)
    }
  }

  function see(identity: Identity, qualifiedName: string): CatalogueEntry | Refusal {
    return state === undefined ? nothingLoaded() : look(state, identity, qualifiedName)
  }

  function look(from: Loaded, identity: Identity, qualifiedName: string): CatalogueEntry | Refusal {
    const action = from.actions.get(qualifiedName)
    const entry = from.catalogue.entries.get(qualifiedName)
    const decisions = cache.of(identity.principal)
    const reached = reachGranted(decisions, identity.principal, action, entry)
    if (reached.answer !== 'allow') reachAll(decisions, from, targetOf(qualifiedName))
    if (entry === undefined) return hidden('authorize.no_such_tool', 'there is no such tool')
    if (action === undefined) return hidden('authorize.tool_changed', unusable(entry, from.schema))
    if (reached.answer !== 'allow') return hiddenBy(reached)
    if (entry.pin === 'changed') return refuse('authorize.tool_changed', { reason: CHANGED })
    if (entry.quarantined !== undefined) return hidden('authorize.tool_changed', entry.quarantined)
    return entry
  }

  function forbids({ principal }: Identity, qualifiedName: string): boolean {
    const action = state?.actions.get(qualifiedName)
    if (action === undefined) return false
    const { answer, policies } = mayBeAllowed(action, cache.of(principal).own.entity, around)
    return answer === 'deny' && policies.length > 0
  }

  function decide(
    identity: Identity,
    entry: CatalogueEntry,
    args: JsonObject,
    requestId: string,
  ): Permit | Refusal {
    if (state === undefined) return nothingLoaded()
    const seen = look(state, identity, entry.qualifiedName)
    if (isRefusal(seen)) return seen
    // Between being seen and being decided the catalogue may have been swapped.
    if (seen.hash !== entry.hash) return refuse('authorize.tool_changed', { reason: CHANGED })
    const argsJson = JSON.stringify(args)
    const reserved = findReservedKey(args, argsJson)
    if (reserved !== undefined) return refuse('authorize.reserved_key', { seen: `\`${reserved}\`` })
    const action = state.actions.get(entry.qualifiedName) as Action
    const verdict = verdictOf(cache.of(identity.principal), action, args)
    if ('path' in verdict) return inconvertible(action, verdict)
    const access = grantFor(verdict, identity.principal, seen)
    if (verdict.answer !== 'allow' && access === undefined) return denied(verdict)
    const decision = decisionOf(verdict, state)
    const call = { requestId, identity, entry: seen, args, argsJson, decision }
    if (access !== undefined) return new Permit({ ...call, decision: { ...decision, access } })
    if (verdict.approval !== undefined) return waitForApproval({ ...call, ...verdict.approval })
    return new Permit(call)
  }

  function verdictOf(
    decisions: Decisions,
    action: Action,
    args: JsonObject,
  ): Verdict | ConversionFailure {
    const tool = cache.tool(decisions, action.name)
    const { entity } = decisions.own
    if (action.fixed) return (tool.fixed ??= decideCall(action, entity, around))
    const converted = convert(action.plan, args)
    if ('path' in converted) return converted
    const key = keyOf(converted)
    const known = tool.byArguments.get(key)
    if (known !== undefined) return known
    const verdict = decideCall(action, entity, around, converted)
    cache.remember(tool, key, verdict)
    return verdict
  }

  /** One object per verdict, so that whoever writes it down does that once. Verdicts live as long as the state. */
  function decisionOf(verdict: Verdict, from: Loaded): Decision {
    let decision = decisionsMade.get(verdict)
    if (decision === undefined) {
      decision = {
        mode: 'ENFORCE',
        policies: verdict.policies,
        setVersion: from.setVersion,
        schemaVersion: from.schema.version,
      }
      decisionsMade.set(verdict, decision)
    }
    return decision
  }

  function visible(identity: Identity, target?: string): VisibleList {
    if (state === undefined) return { entries: [], hidden: 0, version: '' }
    const decisions = cache.of(identity.principal)
    const access = settings.access?.version(identity.principal)
    if (access !== undefined) {
      const list = listFor(decisions, state, target, (action, entry) =>
        reachGranted(decisions, identity.principal, action, entry),
      )
      return { ...list, version: `${list.version}.${access}` }
    }
    let list = decisions.own.lists.get(target)
    if (list === undefined) {
      list = listFor(decisions, state, target)
      decisions.own.lists.set(target, list)
    }
    return list
  }

  function listFor(
    decisions: Decisions,
    from: Loaded,
    target: string | undefined,
    reachOf: (action: Action | undefined, entry: CatalogueEntry) => Verdict = (action) =>
      reach(decisions, action),
  ): VisibleList {
    const offered = [...from.catalogue.entries.values()].filter(
      (entry) => target === undefined || entry.target === target,
    )
    const entries = offered
      .filter((entry) => {
        const { qualifiedName: name, target: of, pin, quarantined } = entry
        // A target that is down is left out of lists; what it offered stays known to the policies.
        if (from.catalogue.health.get(of)?.state === 'down') return false
        const action = from.actions.get(name)
        if (reachOf(action, entry).answer !== 'allow') return false
        return pin === 'approved' && quarantined === undefined
      })
      .toSorted((a, b) => (a.qualifiedName < b.qualifiedName ? -1 : 1))
    const version = `${from.setVersion}.${from.schema.version}.${from.catalogue.version}`
    return { entries, hidden: offered.length - entries.length, version }
  }

  return {
    see,
    forbids,
    decide,
    visible,
    load,
    explain: (question) => explainCall(question, state, around, homeIssuer),
    review: (question) => reviewAccess(question, state, around, homeIssuer),
    cedarSchema: () => (state === undefined ? undefined : fullSchema(state.schema)),
    close() {
      closed = true
      state = undefined
      // A load that is under way still writes there.
      void last.then(place.leave)
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
