// Recorded calls as policies are asked about them again: equal ones are one call with a count, and what the record
// does not hold is said before it is missed. Reading the log is audit/replay.ts.
import type { Question } from './explanation.ts'
import type { Action } from './action.ts'
import { partsOf, type ReadPlan } from './read-plan.ts'
import type { Path } from './read-set.ts'

/** One call of the log. */
export type Recorded = {
  readonly requestId: string
  readonly timeMs: number
  /** `undefined`: nobody knows any more who it was, or with which tags. */
  readonly principal: Question['principal'] | undefined
  readonly tool: string
  readonly args: Question['args']
  readonly address?: string
  /** `all`, or the paths below which `args` is complete. */
  readonly known: 'all' | readonly Path[]
  /** `approval`: it waited for a person, or a person let it through. */
  readonly answer: 'allow' | 'deny' | 'approval'
  /** It was denied, and went through all the same (LOG_ONLY). */
  readonly shadow: boolean
  readonly policies: readonly string[]
}

/** Equal calls. */
export type RecordedCall = Omit<Recorded, 'requestId' | 'timeMs'> & {
  /** Where policies read it. */
  readonly timeMs?: number
  readonly count: number
  /** The first few of them. */
  readonly requestIds: readonly string[]
  readonly lastMs: number
}

export type Gathered = {
  readonly calls: readonly RecordedCall[]
  readonly requests: number
  /** There were more different calls than are looked at. */
  readonly cut: boolean
}

const MAX_CALLS = 100_000
const MAX_EXAMPLES = 5

/** `context`: a policy reads time or address, so calls that differ in those are different calls. */
export async function gatherCalls(
  recorded: AsyncIterable<Recorded>,
  context: boolean,
): Promise<Gathered> {
  const calls = new Map<string, RecordedCall & { requestIds: string[] }>()
  let requests = 0
  let cut = false
  for await (const { requestId, timeMs, address, ...rest } of recorded) {
    requests += 1
    const call = context ? { ...rest, timeMs, ...(address === undefined ? {} : { address }) } : rest
    const { principal, tool, args, known, answer, shadow, policies } = call
    const at = context ? [timeMs, address] : []
    const key = JSON.stringify([principal, tool, args, known, answer, shadow, policies, at])
    const same = calls.get(key)
    if (same === undefined) {
      if (calls.size >= MAX_CALLS) cut = true
      else calls.set(key, { ...call, count: 1, requestIds: [requestId], lastMs: timeMs })
      continue
    }
    const requestIds =
      same.requestIds.length < MAX_EXAMPLES ? [...same.requestIds, requestId] : same.requestIds
    calls.set(key, { ...same, count: same.count + 1, requestIds, lastMs: timeMs })
  }
  return { calls: [...calls.values()], requests, cut }
}

/** The call as it is asked again. */
export function questionOf({ principal, tool, args, address, timeMs }: KnownCall): Question {
  return {
    principal,
    tool,
    args,
    ...(address === undefined ? {} : { address }),
    ...(timeMs === undefined ? {} : { timeMs }),
  }
}

/** Of somebody whom the log still knows. */
export type KnownCall = RecordedCall & { readonly principal: Question['principal'] }

export function isKnown(call: RecordedCall): call is KnownCall {
  return call.principal !== undefined
}

/** Why a set that reads this cannot be asked about the call; `undefined`: it can. */
export function missingFor(
  call: Pick<RecordedCall, 'principal' | 'args' | 'known' | 'address'>,
  action: Action | undefined,
): string | undefined {
  if (call.principal === undefined) return 'who called is not in the log any more'
  // Without such a tool the answer is known.
  if (action === undefined) return undefined
  if (call.address === undefined && action.circumstances.includes('network.address')) {
    return 'from where it was called is not in the log any more'
  }
  if (call.known === 'all') return undefined
  const { known } = call
  const missing = pathsRead(action.plan, []).find(
    (read) => !known.some((path) => path.every((name, at) => name === read[at])),
  )
  if (missing === undefined) return undefined
  const name = ['context.input', ...missing].join('.')
  return `the log keeps \`${name}\` as a digest alone`
}

/** The paths that a slice reads, as far down as they are told apart. */
function pathsRead(plan: ReadPlan, at: Path): readonly Path[] {
  if (plan.whole) return [at]
  const parts = [...(partsOf(plan) ?? [])]
  return parts.flatMap(([name, part]) => pathsRead(part.plan, [...at, name]))
}
