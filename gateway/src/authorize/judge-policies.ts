// Policies parsed and strictly validated against the schema of the catalogue (policy-audit §1.1 rule 2): any finding
// refuses the set. A policy for tools that the gateway knows of but has no schema for (a target that
// was never reached, a tool that is pending or quarantined) cannot be judged and cannot apply: it sleeps until
// it can be, with a notice, so that a target that is down stops no boot (§1.2). A name that nothing explains
// is a mistake. Question and answer are plain data: large sets are judged in another thread (workshop.ts).
import type {
  Policy as EnginePolicy,
  PolicyJson,
  ValidationError,
} from '@cedar-policy/cedar-wasm/nodejs'
import { isEngineFailure, type Engine } from './engine.ts'
import type { Finding } from './finding.ts'
import { ACTION_TYPE, groupOf, kindOf, targetOf } from './names.ts'
import type { PolicyFile } from './policy-files.ts'
import { locate, parsePolicies, startOf, treeOf, wordsOf, type Policy } from './policy.ts'
import { baseSchema, withCircumstances, type CedarSchema } from './request-schema.ts'
import { mergeSchema } from './tool-schema.ts'

export type PoliciesToJudge = {
  readonly files: readonly PolicyFile[]
  /** Tools that have a policy schema, each with its parts as JSON. */
  readonly tools: readonly { readonly name: string; readonly parts: string }[]
  /** Every tool that the catalogue has. */
  readonly known: readonly string[]
  /** Targets that have never said what they offer. */
  readonly neverDescribed: readonly string[]
  /** Every target. */
  readonly targets: readonly string[]
}

export type Judged = {
  readonly policies: readonly Policy[]
  /** Ids of the policies that take part. */
  readonly awake: readonly string[]
  readonly findings: readonly Finding[]
  /** What an operator should know and what refuses nothing. */
  readonly notices: readonly Finding[]
}

/** Above this AgentCore does not take a policy (its limit, our warning). */
const PORTABLE_BYTES = 10_000

export function judgePolicies(question: PoliciesToJudge, engine: Engine): Judged {
  const { policies, findings: unread } = parsePolicies(question.files)
  const isExplained = explanations(question)
  const tools = new Set(question.tools.map(({ name }) => name))
  const groups = new Set([...tools].map(groupOf))
  const findings: Finding[] = [...unread]
  const notices: Finding[] = []
  const awake: Policy[] = []
  const judged: Record<string, EnginePolicy> = {}
  for (const policy of policies) {
    if (Buffer.byteLength(policy.text) > PORTABLE_BYTES) {
      notices.push(about(policy, 'the policy is longer than AgentCore takes (10 KB)'))
    }
    const { scope, circumstances } = policy
    if (circumstances.length > 0) {
      const names = circumstances.map((name) => `\`context.${name}\``).join(', ')
      notices.push(about(policy, `the policy reads ${names}, which AgentCore does not have`))
    }
    const missing = scope.named.filter((name) => !tools.has(name))
    const unknown = missing.find((name) => !isExplained(name))
    if (unknown !== undefined) {
      findings.push(about(policy, `there is no ${kindOf(unknown)} \`${unknown}\``))
      continue
    }
    for (const name of missing) {
      notices.push(
        about(
          policy,
          `the ${kindOf(name)} \`${name}\` has no approved definition that can be used`,
        ),
      )
    }
    const grouped = scope.groups.some((group) => groups.has(group))
    const sleeps = !grouped && missing.length === scope.named.length
    if (sleeps && (missing.length > 0 || scope.any)) continue
    awake.push(policy)
    judged[policy.id] = missing.length === 0 ? policy.text : withoutActions(policy, missing)
  }
  findings.push(...validate(judged, awake, question, engine))
  return { policies, awake: awake.map(({ id }) => id), findings, notices }
}

function validate(
  judged: Record<string, EnginePolicy>,
  awake: readonly Policy[],
  { tools }: PoliciesToJudge,
  engine: Engine,
): readonly Finding[] {
  if (awake.length === 0) return []
  const schema = baseSchema()
  for (const { parts } of tools) mergeSchema(schema, JSON.parse(parts) as CedarSchema)
  const answer = engine.validate(withCircumstances(schema), judged)
  if (isEngineFailure(answer)) {
    return answer.failed.map((error) => about(awake[0] as Policy, wordsOf(error)))
  }
  const byId = new Map(awake.map((policy) => [policy.id, policy]))
  return [...answer.validationErrors, ...answer.validationWarnings].map((found) =>
    findingOf(
      found,
      byId.get(found.policyId) as Policy,
      typeof judged[found.policyId] === 'string',
    ),
  )
}

function findingOf({ error }: ValidationError, policy: Policy, hasPositions: boolean): Finding {
  const at = hasPositions ? locate(policy, startOf(error)) : policy
  return { ...about(policy, wordsOf(error)), line: at.line, column: at.column }
}

/**
 * True where the gateway knows why a tool has no schema. Prompts and resources come and go with what a target says of
 * itself: one that is gone must not stop a start.
 */
function explanations({
  known,
  neverDescribed,
  targets,
}: PoliciesToJudge): (name: string) => boolean {
  const names = new Set(known)
  const unasked = new Set(neverDescribed)
  const configured = new Set(targets)
  return (name) =>
    names.has(name) ||
    unasked.has(targetOf(name) ?? '') ||
    (OFFERED.test(name) && configured.has(targetOf(name) ?? ''))
}

const OFFERED = /___(?:prompt:[A-Za-z0-9_.-]+|resource:read)$/

/** The policy for validation alone, its action list without what the schema does not know. */
function withoutActions(policy: Policy, missing: readonly string[]): EnginePolicy {
  const { groups, named } = policy.scope
  const known = named.filter((name) => !missing.includes(name))
  const entities = [...groups, ...known].map((id) => ({ type: ACTION_TYPE, id }))
  return { ...withSmallIntegers(treeOf(policy)), action: { op: 'in', entities } }
}

/** Syntax trees round integers beyond 2^53, out of range even; validation looks at types alone. */
function withSmallIntegers(json: PolicyJson): PolicyJson {
  return JSON.parse(JSON.stringify(json), (_name, value: unknown) =>
    typeof value === 'number' && !Number.isSafeInteger(value) ? 0 : value,
  ) as PolicyJson
}

function about({ file, line, column, id }: Policy, text: string): Finding {
  return { file, line, column, text, policy: id }
}
