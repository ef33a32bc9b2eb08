// What would turn the answer, in sentences that name file and line: the part of a permit that failed, the
// forbid that applied, the policy that erred.
import type {
  ExplainedCondition,
  ExplainedPart,
  ExplainedPolicy,
  Explanation,
} from './explanation.ts'

export function changesOf(
  { decision, code, deciding }: Pick<Explanation, 'decision' | 'code' | 'deciding'>,
  policies: readonly ExplainedPolicy[],
): readonly string[] {
  if (decision === 'allow') {
    const names = policies.filter(({ id }) => deciding.includes(id)).map(nameOf)
    return [`without ${names.join(' and ')} it would be denied`]
  }
  if (code === 'authorize.needs_approval') {
    const asking = policies.filter(({ id }) => deciding.includes(id)).map(nameOf)
    return [`a second person approves it, as ${asking.join(' and ')} asks`]
  }
  if (code === 'authorize.reserved_key') return ['arguments without the reserved name']
  if (code === 'authorize.inconvertible_argument')
    return ['an argument that fits its declared type']
  const erring = policies.filter(({ outcome }) => outcome === 'errs')
  if (code === 'authorize.policy_error') {
    return erring.map((policy) => `${nameOf(policy)} must not err: ${errorOf(policy)}`)
  }
  const forbids = policies.filter(({ effect, deciding: decided }) => effect === 'forbid' && decided)
  if (forbids.length > 0) return forbids.map((policy) => `${nameOf(policy)} must not apply`)
  const permits = policies.filter(({ effect }) => effect === 'permit')
  if (permits.length === 0) return ['a permit for this tool: there is none']
  return permits.map(missingOf)
}

/** What keeps one permit from applying. */
function missingOf(policy: ExplainedPolicy): string {
  if (policy.scope !== true) {
    return `${nameOf(policy)} would allow it for the principals and resources that it names`
  }
  const failing = policy.conditions.find(({ parts, kind }) =>
    kind === 'when'
      ? parts.some(({ value }) => value === false)
      : parts.every(({ value }) => value === true),
  ) as ExplainedCondition
  const { kind, parts } = failing
  const decisive = kind === 'when' ? parts.filter(({ value }) => value === false) : parts
  const text = decisive.map((part) => part.text).join(' && ')
  const word = kind === 'when' ? 'if' : 'unless'
  const seen = decisive.map(seenOf).join(', ')
  return `${nameOf(policy)} would allow it ${word} \`${text}\`; seen: ${seen}`
}

function seenOf({ saw }: ExplainedPart): string {
  if (saw.length === 0) return 'nothing of the call'
  return saw
    .map(({ name, value }) => `${name} ${value === undefined ? 'absent' : JSON.stringify(value)}`)
    .join(', ')
}

function errorOf({ conditions }: ExplainedPolicy): string {
  return conditions.flatMap(({ parts }) => parts.flatMap(({ error = [] }) => error)).join('; ')
}

function nameOf({ id, file, line, effect }: ExplainedPolicy): string {
  return `the ${effect} \`${id}\` (${file}:${line})`
}
