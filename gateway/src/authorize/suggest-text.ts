// A proposal as text: permits in Cedar, each with the calls that it was made from, and cases that go with them.
// People are not named where a role will do: cases speak of somebody with that role.
import type { JsonObject } from '../json/value.ts'
import type { Judgement } from './answer.ts'
import { cedarText } from './cedar-text.ts'
import type { Question } from './explanation.ts'
import { ACTION_TYPE } from './names.ts'
import type { RecordedCall } from './recorded-call.ts'
import type { Scope } from './suggest-scope.ts'

export type SuggestedPermit = {
  /** `@id` and the whole id. */
  readonly name: string
  readonly id: string
  readonly scope: Scope
  readonly tools: readonly string[]
  /** Operands on the arguments. */
  readonly conditions: readonly string[]
  /** The calls that it was made from. */
  readonly from: readonly RecordedCall[]
}

const MAX_IDS = 5
const CASES_PER_PERMIT = 4
const MAX_DENIED = 25

export function policiesText(permits: readonly SuggestedPermit[]): string {
  const head =
    '// Proposed from recorded calls, for a person to read, change and accept. Nothing was applied.\n'
  return [head, ...permits.map(permitText)].join('\n')
}

function permitText({ name, scope, tools, conditions, from }: SuggestedPermit): string {
  const calls = from.reduce((sum, { count }) => sum + count, 0)
  const people = new Set(from.map(({ principal }) => principal?.subject ?? principal?.clientId))
    .size
  const ids = from.flatMap(({ requestIds }) => requestIds)
  const shown = ids.slice(0, MAX_IDS).map((id) => `//   ${plain(id)}\n`)
  const actions = tools.map((tool) => `${ACTION_TYPE}::${cedarText(tool)}`)
  const action =
    actions.length === 1
      ? `action == ${actions[0]}`
      : `action in [\n${actions.map((one) => `        ${one}`).join(',\n')}\n    ]`
  const when = [...scope.conditions, ...conditions]
  return [
    `// From ${calls} ${calls === 1 ? 'call' : 'calls'} of ${people} ${people === 1 ? 'caller' : 'callers'}, such as\n`,
    ...shown,
    `@id(${cedarText(name)})\n`,
    `permit (\n    ${scope.head},\n    ${action},\n    resource\n)`,
    when.length === 0 ? '' : `\nwhen {\n    ${when.join(' &&\n    ')}\n}`,
    ';\n',
  ].join('')
}

/** Request ids are the gateway's own; a log may be anybody's. */
function plain(id: string): string {
  return id.replaceAll(/[^\w-]/g, '?').slice(0, 64)
}

/** `calls`: those that the log holds enough of; only what the proposal answers like the log becomes a case. */
export function casesText(
  permits: readonly SuggestedPermit[],
  calls: readonly RecordedCall[],
  judge: (question: Question) => Judgement | undefined,
  settings: { readonly by: string; readonly homeIssuer: string },
): string {
  const clear = new Set(calls)
  const cases: string[] = []
  const single = permits.some(({ scope }) => scope.single)
  const add = (
    name: string,
    call: RecordedCall,
    named: boolean,
    expect: 'allow' | 'deny',
  ): void => {
    if (call.principal === undefined) return
    const { tool, args } = call
    const principal = called(call.principal, named, settings.by)
    const judgement = judge({
      principal: { issuer: settings.homeIssuer, ...principal },
      tool,
      args,
    })
    if (judgement?.decision !== expect) return
    const text = caseText(name, principal, call, expect, judgement.deciding)
    if (!cases.includes(text)) cases.push(text)
  }
  for (const { name, scope, from } of permits) {
    const chosen = from.filter((call) => clear.has(call)).slice(0, CASES_PER_PERMIT)
    for (const call of chosen) add(`${name}: ${call.tool}`, call, scope.single, 'allow')
  }
  const denied = calls.filter(({ answer, shadow }) => answer === 'deny' && !shadow)
  for (const call of denied.slice(0, MAX_DENIED)) {
    add(`denied before, denied still: ${call.tool}`, call, single, 'deny')
  }
  const head = '# Goes with suggested.cedar: what was called, and what was denied.\n'
  return `${head}cases:${cases.length === 0 ? ' []' : ''}\n${cases.join('\n')}`
}

type Called = Omit<Question['principal'], 'issuer'> & { readonly issuer?: string }

/** Somebody with that role; the very caller where a permit names one. */
function called(principal: Question['principal'], named: boolean, by: string): Called {
  const { kind, clientId, subject, tenant, tags, issuer } = principal
  const role = tags[by]
  return {
    kind,
    issuer,
    clientId: kind === 'person' && !named ? 'some-client' : clientId,
    tags: role === undefined ? {} : { [by]: role },
    ...(kind === 'client' ? {} : { subject: named ? (subject ?? '') : 'somebody' }),
    ...(tenant === undefined ? {} : { tenant }),
  }
}

function caseText(
  name: string,
  principal: Called,
  { tool, args }: RecordedCall,
  expect: string,
  deciding: readonly string[],
): string {
  return [
    `  - name: ${yaml(name)}`,
    `    who: ${yaml(principal)}`,
    `    tool: ${yaml(tool)}`,
    ...(isEmpty(args) ? [] : [`    arguments: ${yaml(args)}`]),
    `    expect: ${expect}`,
    `    policies: ${yaml(deciding)}`,
    '',
  ].join('\n')
}

function isEmpty(args: JsonObject): boolean {
  return Object.keys(args).length === 0
}

/** JSON is YAML, but for what stands for an environment variable there. */
function yaml(value: unknown): string {
  return JSON.stringify(value).replaceAll('${', '$${')
}
