// May this principal make this call with these arguments? Cedar decides, in process and synchronously, by the
// rules of policy-audit §1.1; the same policies decide what is listed (MCP 2026-07-28, protocol §6). Default
// deny: whatever is not allowed without any error is refused. Explaining is explain.ts.
import type { CatalogueEntry, EntryKind } from '../catalogue/entry.ts'
import type { Identity, Principal } from '../identify/identity.ts'
import type { JsonObject } from '../json/value.ts'
import { isRefusal, refuse, type Refusal } from '../refusal.ts'
import { systemClock, type Clock } from '../system/clock.ts'
import {
  reviewAccess,
  type Access as Reviewed,
  type ReviewParts,
  type ReviewQuestion,
} from './access-review.ts'
import { principalOf } from './answer.ts'
import type { Access } from './approval/access.ts'
import { waitForApproval } from './approval/needs-approval.ts'
import { fullSchema } from './catalogue-schema.ts'
import {
  CHANGED,
  hidden,
  hiddenBy,
  inconvertible,
  nothingLoaded,
  refusedAs,
  UNKNOWN,
  unusable,
} from './denials.ts'
import { createClockface } from './circumstances.ts'
import type { ConversionFailure } from './conversion-walk.ts'
import { cedar, type Engine } from './engine.ts'
import { explainCall, type Explanation, type Question } from './explain.ts'
import type { KeptSchemas } from './kept-schemas.ts'
import { createLists, newLists, type Lists, type OwnLists } from './lists.ts'
import type { Action } from './action.ts'
import type { Loaded } from './loaded.ts'
import { createLoading, type Change, type LoadResult } from './loading.ts'
import { Permit, type Decision } from './permit.ts'
import { targetOf } from './names.ts'
import { findReservedKey } from './reserved-keys.ts'
import { NO_SHADOWS, type Shadows } from './shadows.ts'
import { wouldDeny } from './would-deny.ts'
import { isUnpermitted, type Surroundings, type Verdict } from './verdict.ts'
import { mayBeAllowed } from './reach.ts'
import { createVerdicts, type Decisions } from './verdicts.ts'
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
  readonly clock?: Pick<Clock, 'wallMs'>
  /** Of `context.time`; default UTC. */
  readonly timeZone?: string
  /** What only logs. */
  readonly shadows?: Shadows
  /** Roles that somebody may have; absent: any. */
  readonly roles?: ReadonlySet<string>
}

export type Authorize = {
  /** The tool of that qualified name if this identity may see it; unknown and invisible are one answer. */
  readonly see: (
    identity: Identity,
    qualifiedName: string,
    /** Default: a tool. One of another kind is unknown. */
    kind?: EntryKind,
  ) => CatalogueEntry | Refusal
  readonly decide: (
    identity: Identity,
    entry: CatalogueEntry,
    args: JsonObject,
    requestId: string,
    /** Of the peer, as the socket says it. */
    address: string,
  ) => Permit | Refusal
  /** True where a policy forbids the tool to this identity whatever the arguments: no grant would help. */
  readonly forbids: (identity: Identity, qualifiedName: string) => boolean
  /** A permit to complete the arguments of what this identity may see: some arguments of it may be allowed. */
  readonly complete: (
    identity: Identity,
    entry: CatalogueEntry,
    args: JsonObject,
    requestId: string,
    address: string,
  ) => Permit | Refusal
  /**
   * What this identity may see, of one target or of all, by default of tools; a promise where many policies have to be
   * asked first.
   */
  readonly visible: Lists['visible']
  /** Those of the URIs that this identity may read; `version` changes with them. */
  readonly readable: Lists['readable']
  /**
   * Builds a new state beside the one that decides, and swaps them at the end. Loads take turns. What a new catalogue
   * takes away is gone at once. Never rejects.
   */
  readonly load: (change: Change) => Promise<LoadResult>
  readonly explain: (question: Question) => Explanation
  /** `disabled`: what is switched off is somebody else's to know. */
  readonly review: (
    question: ReviewQuestion,
    disabled?: ReviewParts['disabled'],
  ) => Promise<readonly Reviewed[]>
  /** The generated schema in its JSON form; `undefined` before the first load. */
  readonly cedarSchema: () => object | undefined
  /** Denies from now on, and leaves its place in the engine to the next one. */
  readonly close: () => void
}

type Own = Decisions<OwnLists>

export function createAuthorize(settings: AuthorizeSettings): Authorize {
  const { gatewayId, homeIssuer, engine = cedar, kept, workshop = ofThisProcess } = settings
  const { clock = systemClock, timeZone = 'UTC' } = settings
  const around: Surroundings = { engine, gatewayId, clockface: createClockface(timeZone) }
  const verdicts = createVerdicts<OwnLists>(around, homeIssuer, newLists)
  const { reach } = verdicts
  const { shadows = NO_SHADOWS, roles } = settings
  const { forget: changed } = verdicts
  const loading = createLoading({ engine, workshop, kept, shadows, roles, changed })
  const decisionsMade = new WeakMap<object, Decision>()
  const { access: granting } = settings
  const lists = createLists({
    state: loading.state,
    verdicts,
    around,
    access: granting,
    reachGranted,
  })

  /** The same, with what was granted: a tool that no policy permits, and none forbids whatever the arguments. */
  function reachGranted(
    decisions: Own,
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
    return granting?.granted(principal, entry?.qualifiedName ?? '', entry?.hash ?? '')
  }

  /**
   * Whoever asks for what they may not see has all tools of the target asked for, once. A hidden tool is one of
   * them, so that it costs what a name costs that does not exist, first time and later (attacks M-10).
   */
  function reachAll(decisions: Own, from: Loaded, target: string | undefined): void {
    for (const action of from.actions.values()) {
      if (targetOf(action.name) === target) reach(decisions, action)
    }
  }

  function see(
    identity: Identity,
    qualifiedName: string,
    kind: EntryKind = 'tool',
  ): CatalogueEntry | Refusal {
    const state = loading.state()
    return state === undefined ? nothingLoaded() : look(state, identity, qualifiedName, kind)
  }

  function look(
    from: Loaded,
    identity: Identity,
    qualifiedName: string,
    kind: EntryKind,
  ): CatalogueEntry | Refusal {
    const offered = from.catalogue.entries.get(qualifiedName)
    const entry = offered?.kind === kind ? offered : undefined
    const action = entry && from.actions.get(qualifiedName)
    const decisions = verdicts.of(identity.principal)
    const reached = reachGranted(decisions, identity.principal, action, entry)
    if (reached.answer !== 'allow') reachAll(decisions, from, targetOf(qualifiedName))
    const unknown = UNKNOWN[kind]
    if (entry === undefined) return hidden(unknown, unknown, `there is no such ${kind}`)
    if (action === undefined) {
      return hidden(unknown, 'authorize.tool_changed', unusable(entry, from.schema))
    }
    if (reached.answer !== 'allow' && action.mode === 'ENFORCE') return hiddenBy(unknown, reached)
    if (entry.pin === 'changed') return refuse('authorize.tool_changed', { reason: CHANGED })
    if (entry.quarantined !== undefined) {
      return hidden(unknown, 'authorize.tool_changed', entry.quarantined)
    }
    return entry
  }

  function forbids({ principal }: Identity, qualifiedName: string): boolean {
    const action = loading.state()?.actions.get(qualifiedName)
    if (action === undefined) return false
    const { answer, policies } = mayBeAllowed(action, verdicts.of(principal).own.entity, around)
    return answer === 'deny' && policies.length > 0
  }

  function decide(
    identity: Identity,
    entry: CatalogueEntry,
    args: JsonObject,
    requestId: string,
    address: string,
  ): Permit | Refusal {
    const state = loading.state()
    if (state === undefined) return nothingLoaded()
    const seen = look(state, identity, entry.qualifiedName, entry.kind)
    if (isRefusal(seen)) return seen
    // Between being seen and being decided the catalogue may have been swapped.
    if (seen.hash !== entry.hash) return refuse('authorize.tool_changed', { reason: CHANGED })
    const argsJson = JSON.stringify(args)
    const reserved = findReservedKey(args, argsJson)
    if (reserved !== undefined) return refuse('authorize.reserved_key', { seen: `\`${reserved}\`` })
    const action = state.actions.get(entry.qualifiedName) as Action
    const decisions = verdicts.of(identity.principal)
    const circumstances = { address, nowMs: clock.wallMs() }
    const verdict = verdicts.decide(decisions, action, args, circumstances)
    // MUST (policy-audit §1.4): LOG_ONLY never relaxes how arguments are read, nor what the engine cannot answer.
    if ('path' in verdict) return inconvertible(action, verdict)
    if (verdict.unanswered === true) return refusedAs(entry.kind, verdict)
    const call = { requestId, identity, entry: seen, args, argsJson, address }
    const access = grantFor(verdict, identity.principal, seen)
    if (action.mode === 'LOG_ONLY') {
      const decision = logged(verdict, state, action, access)
      return new Permit({ ...call, decision })
    }
    if (verdict.answer !== 'allow' && access === undefined) return refusedAs(entry.kind, verdict)
    const shadow = action.shadow && verdicts.decide(decisions, action.shadow, args, circumstances)
    const decision = decisionOf(verdict, state, action, shadow)
    if (access !== undefined) return new Permit({ ...call, decision: { ...decision, access } })
    if (verdict.approval !== undefined) {
      return waitForApproval({ ...call, decision, ...verdict.approval })
    }
    return new Permit({ ...call, decision })
  }

  function complete(
    identity: Identity,
    entry: CatalogueEntry,
    args: JsonObject,
    requestId: string,
    address: string,
  ): Permit | Refusal {
    const state = loading.state()
    if (state === undefined) return nothingLoaded()
    const seen = look(state, identity, entry.qualifiedName, entry.kind)
    if (isRefusal(seen)) return seen
    const action = state.actions.get(seen.qualifiedName) as Action
    const { mode } = action
    const versions = { setVersion: state.setVersion, schemaVersion: state.schema.version }
    const decision: Decision = { mode, policies: [], ...versions, completion: true }
    const argsJson = JSON.stringify(args)
    return new Permit({ requestId, identity, entry: seen, args, argsJson, address, decision })
  }

  /** The call goes through; what the policies say of it goes into the log. */
  function logged(
    verdict: Verdict,
    from: Loaded,
    action: Action,
    access: string | undefined,
  ): Decision {
    const decision = decisionOf(verdict, from, action, verdict)
    if (access === undefined) return decision
    const { wouldDeny: _, ...allowed } = decision
    return { ...allowed, access }
  }

  /**
   * One object per verdict, so that whoever writes it down does that once. Verdicts live as long as the state. What is
   * in force reads no more than its shadow does, so that one verdict there has one verdict here.
   */
  function decisionOf(
    verdict: Verdict,
    from: Loaded,
    action: Action,
    shadow?: Verdict | ConversionFailure,
  ): Decision {
    const key = shadow ?? verdict
    let decision = decisionsMade.get(key)
    if (decision === undefined) {
      const refused = shadow && wouldDeny(action.shadow ?? action, shadow)
      decision = {
        mode: action.mode,
        policies: verdict.answer === 'allow' ? verdict.policies : [],
        setVersion: from.setVersion,
        schemaVersion: from.schema.version,
        ...(refused === undefined ? {} : { wouldDeny: refused }),
      }
      decisionsMade.set(key, decision)
    }
    return decision
  }

  return {
    see,
    forbids,
    decide,
    complete,
    visible: lists.visible,
    readable: lists.readable,
    load: loading.load,
    explain: (question) => explainCall(question, loading.state(), around, homeIssuer),
    review: (question, disabled = () => undefined) =>
      reviewAccess(question, {
        state: loading.state,
        around,
        homeIssuer,
        disabled,
        granted: (principal, tool, hash) => granting?.granted(principalOf(principal), tool, hash),
      }),
    cedarSchema() {
      const state = loading.state()
      return state === undefined ? undefined : fullSchema(state.schema)
    },
    close: loading.close,
  }
}
