// What another policy set would have done with recorded calls (policy-audit §1.4): newly denied, newly allowed,
// decided by other policies, and not decidable, where the log keeps only a digest of an argument that a policy
// reads. Operator file; replay and cases stand in for a symbolic analysis, which this build of Cedar has not.
import type { Explanation } from './explanation.ts'
import { isKnown, missingFor, questionOf, type RecordedCall } from './recorded-call.ts'
import type { Trial } from './trial.ts'

export type Change = 'newly denied' | 'newly allowed' | 'changed reason' | 'not decidable'
type Side = Pick<Explanation, 'decision' | 'code' | 'deciding'>

export type ChangedCall = {
  readonly change: Change
  readonly call: RecordedCall
  readonly before: Side | undefined
  readonly after: Side | undefined
  /** The lines that decide after the change, what would be needed there, or what the log does not hold. */
  readonly because: readonly string[]
}

export type PolicyDiff = {
  readonly changes: readonly ChangedCall[]
  /** Calls, each as often as it is in the log. */
  readonly counts: Readonly<Record<Change | 'same', number>>
  /** Calls to which the old set gives another answer than the log has: they were made under yet another set. */
  readonly answeredOtherwise: number
}

const ORDER: readonly Change[] = [
  'newly denied',
  'newly allowed',
  'not decidable',
  'changed reason',
]

export function compareSets(
  before: Trial,
  after: Trial,
  calls: readonly RecordedCall[],
): PolicyDiff {
  const counts = {
    'newly denied': 0,
    'newly allowed': 0,
    'changed reason': 0,
    'not decidable': 0,
    same: 0,
  }
  const changes: ChangedCall[] = []
  let answeredOtherwise = 0
  for (const call of calls) {
    const compared = compare(before, after, call)
    if (compared.before !== undefined && answerWord(compared.before) !== call.answer) {
      answeredOtherwise += call.count
    }
    counts[compared.change] += call.count
    if (compared.change !== 'same') changes.push({ ...compared, change: compared.change, call })
  }
  changes.sort((a, b) => ORDER.indexOf(a.change) - ORDER.indexOf(b.change))
  return { changes, counts, answeredOtherwise }
}

/** True where a policy of the set reads time or address. */
export function readsContext({ loaded }: Trial): boolean {
  return [...loaded.actions.values()].some(({ circumstances }) => circumstances.length > 0)
}

function compare(
  before: Trial,
  after: Trial,
  call: RecordedCall,
): Omit<ChangedCall, 'change' | 'call'> & { readonly change: Change | 'same' } {
  const { tool } = call
  const unknown = (because: string) => ({
    change: 'not decidable' as const,
    before: undefined,
    after: undefined,
    because: [because],
  })
  const missing =
    missingFor(call, before.loaded.actions.get(tool)) ??
    missingFor(call, after.loaded.actions.get(tool))
  if (missing !== undefined || !isKnown(call)) return unknown(missing ?? '')
  const question = questionOf(call)
  const old = before.answer(question).judgement
  const next = after.answer(question)
  if (old === undefined || next.judgement === undefined) {
    return unknown('the tool has no approved definition')
  }
  const sides = { before: sideOf(old), after: sideOf(next.judgement) }
  const change = changeOf(sides.before, sides.after)
  if (change === 'same') return { ...sides, change, because: [] }
  const explained = after.explain(question)
  const lines = explained.policies
    .filter(({ id }) => next.judgement?.deciding.includes(id))
    .map(({ effect, id, file, line }) => `the ${effect} \`${id}\` (${file}:${line})`)
  return { ...sides, change, because: lines.length > 0 ? lines : explained.changes }
}

/** An approval that is needed is an answer of its own. */
function answerWord({ decision, code }: Side): RecordedCall['answer'] {
  return code === 'authorize.needs_approval' ? 'approval' : decision
}

function sideOf({ decision, code, deciding }: Side): Side {
  return { decision, code, deciding }
}

function changeOf(before: Side, after: Side): Change | 'same' {
  if (answerWord(before) !== answerWord(after)) {
    const rank = ['deny', 'approval', 'allow']
    const wider = rank.indexOf(answerWord(after)) > rank.indexOf(answerWord(before))
    return wider ? 'newly allowed' : 'newly denied'
  }
  const same =
    before.code === after.code &&
    before.deciding.toSorted().join('\n') === after.deciding.toSorted().join('\n')
  return same ? 'same' : 'changed reason'
}
