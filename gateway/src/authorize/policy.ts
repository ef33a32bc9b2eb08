// One policy as the gateway holds it, and how files become policies. The id is ours, made of the file and
// the `@id` annotation or else the ordinal in the file, so that it names a place (policy-audit §1.1 rule 7).
import type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { actionScope, type ActionScope } from './action-scope.ts'
import { approvalRule } from './approval/annotation.ts'
import { cedar, isEngineFailure } from './engine.ts'
import { offsetOfByte, positionAt, type Finding, type Position } from './finding.ts'
import type { PolicyFile } from './policy-files.ts'
import { possiblePolicy, type Possible } from './possible-policy.ts'
import { readsOf, type Path } from './read-set.ts'
import type { Circumstance } from './circumstances.ts'
import { splitPolicies, type PolicyText } from './split-policies.ts'

/** Line and column are those of its first character. Plain data: policies may be parsed in another thread. */
export type Policy = Position & {
  readonly id: string
  readonly file: string
  readonly text: string
  readonly effect: 'permit' | 'forbid'
  readonly annotations: Readonly<Record<string, string | null>>
  readonly scope: ActionScope
  /** Argument paths that its conditions read. */
  readonly reads: readonly Path[]
  /** What its conditions read of the context beside the arguments. */
  readonly circumstances: readonly Circumstance[]
  /** What of it is the same for every call of a principal; `undefined`: nothing. */
  readonly possible: Possible | undefined
  /** Its conditions look at the action: equal slices do not make it answer alike. */
  readonly looksAtAction: boolean
}

export function parsePolicies(files: readonly PolicyFile[]): {
  readonly policies: readonly Policy[]
  readonly findings: readonly Finding[]
} {
  const policies = new Map<string, Policy>()
  const findings: Finding[] = []
  for (const { file, text: source } of files) {
    splitPolicies(source).forEach((part, at) => {
      const parsed = parseOne(file, source, part, at + 1)
      if (!('scope' in parsed)) findings.push(parsed)
      else if (policies.has(parsed.id)) findings.push(repeated(parsed))
      else policies.set(parsed.id, parsed)
    })
  }
  return { policies: [...policies.values()], findings }
}

function parseOne(
  file: string,
  source: string,
  part: PolicyText,
  ordinal: number,
): Policy | Finding {
  const { text } = part
  const start = positionAt(source, part.start)
  if (!part.closed) return { file, ...start, text: 'the policy does not end with a semicolon' }
  const json = cedar.parsePolicy(text)
  if (isEngineFailure(json)) {
    const [error] = json.failed
    return { file, ...locate({ ...start, text }, startOf(error)), text: wordsOf(error) }
  }
  const { effect, annotations = {} } = json
  const rule = approvalRule(json)
  if (typeof rule === 'string') return { file, ...start, text: rule }
  const id = `${file}#${annotations['id'] ?? ordinal}`
  const scope = actionScope(json)
  const { paths: reads, circumstances } = readsOf(json)
  const possible = possiblePolicy(text, json)
  const looksAtAction = JSON.stringify(json.conditions).includes('{"Var":"action"}')
  const read = { reads, circumstances, possible, looksAtAction }
  return { id, file, text, effect, annotations, scope, ...read, ...start }
}

/** Where the part of the policy's text at a byte is in the file. */
export function locate(
  { text, line, column }: Pick<Policy, 'text' | 'line' | 'column'>,
  byte: number,
): Position {
  const at = positionAt(text, offsetOfByte(text, byte))
  return at.line === 1
    ? { line, column: column + at.column - 1 }
    : { line: line + at.line - 1, column: at.column }
}

const trees = new WeakMap<Pick<Policy, 'text'>, PolicyJson>()

/** The syntax tree, for reading alone: integers beyond 2^53 are rounded in it. */
export function treeOf(policy: Pick<Policy, 'text'>): PolicyJson {
  let tree = trees.get(policy)
  if (tree === undefined) {
    // INVARIANT: a policy is made of a text that parses.
    tree = cedar.parsePolicy(policy.text) as PolicyJson
    trees.set(policy, tree)
  }
  return tree
}

/** Policies as the engine takes them, by our ids. */
export function textsOf(policies: readonly Policy[]): Record<string, string> {
  return Object.fromEntries(policies.map(({ id, text }) => [id, text]))
}

/** Words of the engine about one policy, without the id that the finding has already. */
export function wordsOf(error: DetailedError | undefined): string {
  const words = error?.message ?? 'the policy is not understood'
  const help = error?.help ? ` (${error.help})` : ''
  return `${words.replace(/^(failed to parse policy from string|for policy `.*?`)[:,] /s, '')}${help}`
}

export function startOf(error: DetailedError | undefined): number {
  return error?.sourceLocations?.[0]?.start ?? 0
}

function repeated({ id, file, line, column }: Policy): Finding {
  return { file, line, column, policy: id, text: `the id \`${id}\` occurs twice` }
}
