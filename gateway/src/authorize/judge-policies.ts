// Strict validation of a policy set against the schema of the catalogue (policy-audit §1.1 rule 2): any
// finding refuses the set. A policy for tools that the gateway knows of but has no schema for (a target that
// was never reached, a tool that is pending or quarantined) cannot be judged and cannot apply: it sleeps until
// it can be, with a notice, so that a target that is down stops no boot (§1.2). A name that nothing explains
// is a mistake.
import type {
  Policy as EnginePolicy,
  PolicyJson,
  ValidationError,
} from '@cedar-policy/cedar-wasm/nodejs'
import type { Catalogue } from '../catalogue/entry.ts'
import { actionScope, canMatch } from './action-scope.ts'
import type { CatalogueSchema } from './catalogue-schema.ts'
import { isEngineFailure, type Engine } from './engine.ts'
import type { Finding } from './finding.ts'
import { ACTION_TYPE, targetOf } from './names.ts'
import { startOf, wordsOf, type Policy } from './policy.ts'

export type Judged = {
  /** Policies that take part. */
  readonly awake: readonly Policy[]
  readonly findings: readonly Finding[]
  /** What an operator should know and what refuses nothing. */
  readonly notices: readonly Finding[]
}

/** Above this AgentCore does not take a policy (its limit, our warning). */
const PORTABLE_BYTES = 10_000

export function judgePolicies(
  policies: readonly Policy[],
  schema: CatalogueSchema,
  catalogue: Catalogue,
  engine: Engine,
): Judged {
  const findings: Finding[] = []
  const notices: Finding[] = []
  const awake: Policy[] = []
  const judged: Record<string, EnginePolicy> = {}
  for (const policy of policies) {
    if (Buffer.byteLength(policy.text) > PORTABLE_BYTES) {
      notices.push(about(policy, 'the policy is longer than AgentCore takes (10 KB)'))
    }
    const scope = actionScope(policy.json)
    const missing = scope.named.filter((name) => !schema.tools.has(name))
    const unknown = missing.find((name) => !isExplained(name, catalogue))
    if (unknown !== undefined) {
      findings.push(about(policy, `there is no tool \`${unknown}\``))
      continue
    }
    for (const name of missing) {
      notices.push(
        about(policy, `the tool \`${name}\` has no approved definition that can be used`),
      )
    }
    const sleeps = ![...schema.tools.keys()].some((tool) => canMatch(scope, tool))
    if (sleeps && (missing.length > 0 || scope.any)) continue
    awake.push(policy)
    judged[policy.id] = missing.length === 0 ? policy.text : withoutActions(policy, missing)
  }
  return { awake, findings: [...findings, ...validate(judged, awake, schema, engine)], notices }
}

function validate(
  judged: Record<string, EnginePolicy>,
  awake: readonly Policy[],
  schema: CatalogueSchema,
  engine: Engine,
): readonly Finding[] {
  if (awake.length === 0) return []
  const answer = engine.validate(schema.full, judged)
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
  const at = hasPositions ? policy.locate(startOf(error)) : policy
  return { ...about(policy, wordsOf(error)), line: at.line, column: at.column }
}

/** True where the gateway knows why the tool has no schema. */
function isExplained(name: string, catalogue: Catalogue): boolean {
  if (catalogue.entries.has(name)) return true
  const health = catalogue.health.get(targetOf(name) ?? '')
  return health !== undefined && health.describedAtMs === undefined
}

/** The policy for validation alone, its action list without what the schema does not know. */
function withoutActions(policy: Policy, missing: readonly string[]): EnginePolicy {
  const known = actionScope(policy.json).named.filter((name) => !missing.includes(name))
  const groups = groupsOf(policy)
  const entities = [...groups, ...known].map((id) => ({ type: ACTION_TYPE, id }))
  return { ...withSmallIntegers(policy.json), action: { op: 'in', entities } }
}

/** Syntax trees round integers beyond 2^53, out of range even; validation looks at types alone. */
function withSmallIntegers(json: PolicyJson): PolicyJson {
  return JSON.parse(JSON.stringify(json), (_name, value: unknown) =>
    typeof value === 'number' && !Number.isSafeInteger(value) ? 0 : value,
  ) as PolicyJson
}

function groupsOf(policy: Policy): readonly string[] {
  return actionScope(policy.json).any ? ['CallTool'] : []
}

function about({ file, line, column, id }: Policy, text: string): Finding {
  return { file, line, column, text, policy: id }
}
