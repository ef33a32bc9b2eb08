// Proposes the least permits that cover recorded calls and nothing that was denied (policy-audit §1.4), for a person
// to read and accept; nothing here applies anything. Roles before persons, tools before arguments: a limit on
// arguments is proposed only where calls were denied that would otherwise be allowed. The proposal is loaded and
// asked about every call before it is shown, and what it does not cover is said. Operator file.
import type { Catalogue } from '../catalogue/entry.ts'
import type { InputType } from './input-type.ts'
import type { Loaded } from './loaded.ts'
import { isKnown, missingFor, type KnownCall, type RecordedCall } from './recorded-call.ts'
import { separate } from './suggest-condition.ts'
import { ownScope, roleScopes, type Scope, type ScopeSettings } from './suggest-scope.ts'
import { casesText, policiesText, type SuggestedPermit } from './suggest-text.ts'
import { openTrial, type Trial, type TrialSettings } from './trial.ts'

export type SuggestSettings = TrialSettings & Pick<ScopeSettings, 'by' | 'severalIssuers'>

export type Suggestion = {
  readonly permits: readonly SuggestedPermit[]
  /** A `.cedar` file. */
  readonly policies: string
  /** A `.test.yaml` file that goes with it. */
  readonly cases: string
  readonly covered: number
  /** Calls that no permit is proposed for, and why. */
  readonly uncovered: readonly { readonly call: RecordedCall; readonly why: string }[]
}

type Part = { readonly scope: Scope; readonly tool: string; readonly conditions: readonly string[] }
/** Traffic of one tool. */
type Traffic = { readonly made: readonly KnownCall[]; readonly denied: readonly KnownCall[] }
type Around = {
  readonly catalogue: Catalogue
  readonly settings: SuggestSettings
  readonly tools: Loaded
}
type Uncovered = { call: RecordedCall; why: string }

export const FILE = 'suggested.cedar'

export async function suggest(
  calls: readonly RecordedCall[],
  catalogue: Catalogue,
  settings: SuggestSettings,
): Promise<Suggestion> {
  const scopes: ScopeSettings = {
    ...settings,
    severalIssuers: settings.severalIssuers || issuersOf(calls) > 1,
  }
  const uncovered: Uncovered[] = []
  const tools = await toolsOf(catalogue, settings)
  const around = { catalogue, settings, tools }
  const parts: Part[] = []
  for (const [tool, traffic] of byTool(calls, uncovered)) {
    const input = tools.actions.get(tool)?.input
    if (input === undefined) {
      const why = 'the tool has no approved definition'
      uncovered.push(...traffic.made.map((call) => ({ call, why })))
    } else parts.push(...partsFor(tool, traffic, input, scopes))
  }
  const { permits, failing } = await proven(permitsOf(parts, calls), calls, around)
  const why = 'nothing that the log holds tells it from a call that was denied'
  const known = new Set(uncovered.map(({ call }) => call))
  uncovered.push(...failing.filter((call) => !known.has(call)).map((call) => ({ call, why })))
  const missed = new Set(uncovered.map(({ call }) => call))
  const covered = calls.filter((call) => wasMade(call) && !missed.has(call))
  return {
    permits,
    policies: policiesText(permits),
    cases: await casesOf(permits, calls, missed, around),
    covered: covered.reduce((sum, { count }) => sum + count, 0),
    uncovered,
  }
}

/** In a shadow run a call goes through whatever the policies say. */
function wasMade({ answer, shadow }: RecordedCall): boolean {
  return answer === 'allow' || shadow
}

function byTool(
  calls: readonly RecordedCall[],
  uncovered: Uncovered[],
): ReadonlyMap<string, Traffic> {
  const tools = new Map<string, { made: KnownCall[]; denied: KnownCall[] }>()
  for (const call of calls) {
    if (!isKnown(call)) {
      const why = 'who called is not in the log any more'
      if (wasMade(call)) uncovered.push({ call, why })
      continue
    }
    const traffic = tools.get(call.tool) ?? { made: [], denied: [] }
    tools.set(call.tool, traffic)
    traffic[wasMade(call) ? 'made' : 'denied'].push(call)
  }
  return tools
}

/** Roles that nobody denied has first, then roles with a limit on arguments, then persons. */
function partsFor(
  tool: string,
  { made, denied }: Traffic,
  input: InputType,
  settings: ScopeSettings,
): readonly Part[] {
  const parts: Part[] = []
  let left = made
  const take = (scope: Scope, conditions: readonly string[]): void => {
    parts.push({ scope, tool, conditions })
    left = left.filter(({ principal }) => !scope.matches(principal))
  }
  const within = (scope: Scope, of: readonly KnownCall[]) =>
    of.filter(({ principal }) => scope.matches(principal))
  const roles = distinct(made.flatMap(({ principal }) => roleScopes(principal, settings)))
  const clean = roles.filter((scope) => within(scope, denied).length === 0)
  for (;;) {
    const [best] = clean
      .map((scope) => ({ scope, covers: within(scope, left).length }))
      .toSorted((a, b) => b.covers - a.covers)
    if (best === undefined || best.covers === 0) break
    take(best.scope, [])
  }
  const alone = () => distinct(left.map(({ principal }) => ownScope(principal, settings)))
  for (const scope of [...roles, ...alone()]) {
    const mine = within(scope, left)
    if (mine.length === 0) continue
    const against = within(scope, denied)
    const conditions = against.length === 0 ? [] : separate(mine, against, input)
    if (conditions !== undefined) take(scope, conditions)
  }
  // What is left is covered one by one, as far as anything tells it from what was denied.
  for (const scope of alone()) {
    for (const call of within(scope, left)) {
      const conditions = separate([call], within(scope, denied), input)
      if (conditions !== undefined) parts.push({ scope, tool, conditions })
    }
  }
  return parts
}

function distinct(scopes: readonly Scope[]): readonly Scope[] {
  return [...new Map(scopes.map((scope) => [keyOf(scope, []), scope])).values()]
}

function keyOf({ head, conditions }: Scope, more: readonly string[]): string {
  return JSON.stringify([head, conditions, more])
}

/** One permit for all tools of a scope that need no limit, one for each that does. */
function permitsOf(
  parts: readonly Part[],
  calls: readonly RecordedCall[],
): readonly SuggestedPermit[] {
  const groups = new Map<string, Part[]>()
  for (const part of parts) {
    const { scope, tool, conditions } = part
    const key = keyOf(scope, conditions.length === 0 ? [] : [tool, ...conditions])
    groups.set(key, [...(groups.get(key) ?? []), part])
  }
  const taken = new Map<string, number>()
  return [...groups.values()].map((group): SuggestedPermit => {
    const [{ scope, conditions }] = group as [Part]
    const tools = [...new Set(group.map(({ tool }) => tool))].toSorted()
    const wanted = slug(conditions.length === 0 ? scope.name : `${scope.name} ${tools[0] ?? ''}`)
    const times = (taken.get(wanted) ?? 0) + 1
    taken.set(wanted, times)
    const from = calls.filter(
      (call) =>
        wasMade(call) &&
        tools.includes(call.tool) &&
        call.principal !== undefined &&
        scope.matches(call.principal),
    )
    const name = times === 1 ? wanted : `${wanted}-${times}`
    return { name, scope, tools, conditions, from, id: `${FILE}#${name}` }
  })
}

function slug(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return `suggested-${plain.slice(0, 80)}`
}

/** Asks the proposal about every call; a permit that allows what was denied is not proposed. */
async function proven(
  permits: readonly SuggestedPermit[],
  calls: readonly RecordedCall[],
  around: Around,
): Promise<{
  readonly permits: readonly SuggestedPermit[]
  readonly failing: readonly RecordedCall[]
}> {
  const asked = await ask(permits, calls, around)
  const wrong = new Set(
    asked.flatMap(({ call, deciding }) =>
      deciding !== undefined && !wasMade(call) ? deciding : [],
    ),
  )
  if (wrong.size > 0) {
    return proven(
      permits.filter(({ id }) => !wrong.has(id)),
      calls,
      around,
    )
  }
  const failing = asked.filter(({ call, deciding }) => deciding === undefined && wasMade(call))
  return { permits, failing: failing.map(({ call }) => call) }
}

/** The deciding permits of each call that the log holds enough of; `undefined` where none allows it. */
async function ask(
  permits: readonly SuggestedPermit[],
  calls: readonly RecordedCall[],
  around: Around,
): Promise<readonly { call: RecordedCall; deciding: readonly string[] | undefined }[]> {
  const trial = await trialOf(permits, around)
  try {
    return calls.map((call) => {
      const { principal, tool, args } = call
      // What the log does not hold enough of is taken to be allowed where it was denied: on the safe side.
      const unclear = missingFor(call, trial.loaded.actions.get(tool)) !== undefined
      if (principal === undefined) return { call, deciding: undefined }
      if (unclear) {
        const matching = permits.filter(
          ({ scope, tools }) => tools.includes(tool) && scope.matches(principal),
        )
        return {
          call,
          deciding: wasMade(call) ? undefined : nonEmpty(matching.map(({ id }) => id)),
        }
      }
      const { judgement } = trial.answer({ principal, tool, args })
      return { call, deciding: judgement?.decision === 'allow' ? judgement.deciding : undefined }
    })
  } finally {
    trial.close()
  }
}

function nonEmpty(ids: readonly string[]): readonly string[] | undefined {
  return ids.length === 0 ? undefined : ids
}

async function trialOf(
  permits: readonly SuggestedPermit[],
  { catalogue, settings, tools }: Pick<Around, 'catalogue' | 'settings'> & { tools?: Loaded },
): Promise<Trial> {
  const files = [{ file: FILE, text: policiesText(permits) }]
  const trial = await openTrial(files, catalogue, settings, tools)
  if (!('findings' in trial)) return trial
  const words = trial.findings.map(({ line, text }) => `${line}: ${text}`)
  throw new Error(`the proposal does not load: ${words.join('; ')}`)
}

/** An empty set, for what the tools take. */
async function toolsOf(catalogue: Catalogue, settings: SuggestSettings): Promise<Loaded> {
  const trial = await trialOf([], { catalogue, settings })
  trial.close()
  return trial.loaded
}

async function casesOf(
  permits: readonly SuggestedPermit[],
  calls: readonly RecordedCall[],
  missed: ReadonlySet<RecordedCall>,
  around: Around,
): Promise<string> {
  const trial = await trialOf(permits, around)
  try {
    const clear = calls.filter(
      (call) =>
        !missed.has(call) && missingFor(call, trial.loaded.actions.get(call.tool)) === undefined,
    )
    return casesText(
      permits,
      clear,
      (question) => trial.answer(question).judgement,
      around.settings,
    )
  } finally {
    trial.close()
  }
}

function issuersOf(calls: readonly RecordedCall[]): number {
  return new Set(calls.flatMap(({ principal }) => principal?.issuer ?? [])).size
}
