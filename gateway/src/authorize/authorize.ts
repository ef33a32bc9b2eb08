// May this principal make this call with these arguments? Cedar decides, in process and synchronously, by the
// rules of policy-audit §1.1; the same policies decide what is listed (MCP 2026-07-28, protocol §6). Default
// deny: whatever is not allowed without any error is refused. Explaining is explain.ts.
import type { Catalogue, CatalogueEntry } from '../catalogue/entry.ts'
import type { Identity, Principal } from '../identify/identity.ts'
import type { JsonObject } from '../json/value.ts'
import { isRefusal, refuse, type Refusal } from '../refusal.ts'
import {
  CHANGED,
  denied,
  hidden,
  hiddenBy,
  inconvertible,
  nothingLoaded,
  unusable,
} from './denials.ts'
import { schemaText } from './catalogue-schema.ts'
import { convert, keyOf } from './convert.ts'
import type { ConversionFailure } from './conversion-walk.ts'
import { createDecisionCache, type PrincipalDecisions } from './decision-cache.ts'
import { cedar, type Engine } from './engine.ts'
import { explainCall, type Explanation, type Question } from './explain.ts'
import type { Finding } from './finding.ts'
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
} from './verdict.ts'

export type AuthorizeSettings = {
  /** Id of the `Gateway` entity; the ARN where policies come from AgentCore, else the public URL. */
  readonly gatewayId: string
  /** The issuer whose subjects are principal ids as they are; ids of other issuers carry their issuer. */
  readonly homeIssuer: string
  readonly engine?: Engine
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
  /** What this identity may see, of one target or of all. */
  readonly visible: (identity: Identity, target?: string) => VisibleList
  readonly load: (files: readonly PolicyFile[], catalogue: Catalogue) => LoadResult
  readonly explain: (question: Question) => Explanation
  /** The generated schema in Cedar's notation. */
  readonly cedarSchemaText: () => string
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
  const { gatewayId, homeIssuer, engine = cedar } = settings
  const around: Surroundings = { engine, gatewayId }
  const place = takePlace()
  let side = 0
  let state: Loaded | undefined
  let closed = false
  let cache = newCache()
  const decisionsMade = new WeakMap<Verdict, Decision>()

  function newCache() {
    return createDecisionCache((principal: Principal): Own => {
      return { entity: principalEntity(principal, homeIssuer), lists: new Map() }
    })
  }

  function load(files: readonly PolicyFile[], catalogue: Catalogue): LoadResult {
    if (closed) return { loaded: false, findings: [{ ...NOWHERE, text: 'the gateway is closed' }] }
    // INVARIANT: the engine is asked synchronously, so no decision is under way in the place written to.
    const next = buildLoaded(files, catalogue, state, `${place.name}/${side}`, engine)
    if ('findings' in next) {
      if (state !== undefined) {
        state = { ...state, catalogue: restrictCatalogue(state.good, catalogue) }
        cache = newCache()
      }
      return { loaded: false, findings: next.findings }
    }
    side = 1 - side
    state = next
    cache = newCache()
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
    const reached = reach(decisions, action)
    if (reached.answer !== 'allow') reachAll(decisions, from, targetOf(qualifiedName))
    if (entry === undefined) return hidden('authorize.no_such_tool', 'there is no such tool')
    if (action === undefined) return hidden('authorize.tool_changed', unusable(entry, from.schema))
    if (reached.answer !== 'allow') return hiddenBy(reached)
    if (entry.pin === 'changed') return refuse('authorize.tool_changed', { reason: CHANGED })
    if (entry.quarantined !== undefined) return hidden('authorize.tool_changed', entry.quarantined)
    return entry
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
    if (verdict.answer !== 'allow') return denied(verdict)
    const decision = decisionOf(verdict, state)
    return new Permit({ requestId, identity, entry: seen, args, argsJson, decision })
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
    let list = decisions.own.lists.get(target)
    if (list === undefined) {
      list = listFor(decisions, state, target)
      decisions.own.lists.set(target, list)
    }
    return list
  }

  function listFor(decisions: Decisions, from: Loaded, target: string | undefined): VisibleList {
    const offered = [...from.catalogue.entries.values()].filter(
      (entry) => target === undefined || entry.target === target,
    )
    const entries = offered
      .filter(({ qualifiedName: name, target: of, pin, quarantined }) => {
        // A target that is down is left out of lists; what it offered stays known to the policies.
        if (from.catalogue.health.get(of)?.state === 'down') return false
        const action = from.actions.get(name)
        if (reach(decisions, action).answer !== 'allow') return false
        return pin === 'approved' && quarantined === undefined
      })
      .toSorted((a, b) => (a.qualifiedName < b.qualifiedName ? -1 : 1))
    const version = `${from.setVersion}.${from.schema.version}.${from.catalogue.version}`
    return { entries, hidden: offered.length - entries.length, version }
  }

  return {
    see,
    decide,
    visible,
    load,
    explain: (question) => explainCall(question, state, around, homeIssuer),
    cedarSchemaText: () => (state === undefined ? '' : schemaText(state.schema)),
    close() {
      closed = true
      state = undefined
      place.leave()
    },
  }
}
