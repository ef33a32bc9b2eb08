// What a case of a policy test says (policy-audit §1.4): who calls which tool with which arguments, and what is to
// come of it. This is the form of `*.test.yaml`, from which the JSON Schema for editors is generated; config/
// reads the files, policy-test.ts runs the cases.
import { z } from 'zod'
import type { JsonObject } from '../json/value.ts'
import type { Question } from './explanation.ts'

const text = z.string().min(1).max(512)
const oneOrMore = <Of extends z.ZodType>(of: Of) => z.union([of, z.array(of).min(1).max(64)])

export const principalForm = z
  .strictObject({
    kind: z
      .enum(['person', 'client', 'agent'])
      .default('person')
      .describe('a person, a machine, or an agent that acts for a person'),
    issuer: text.optional().describe('default: the first issuer of the configuration'),
    subject: text.default('somebody').describe('the person; machines have none'),
    clientId: text.default('some-client').describe('the OAuth client'),
    tenant: text.optional(),
    tags: z
      .record(text, z.union([z.string().max(4096), z.array(text).max(256)]))
      .default({})
      .describe('what the configuration makes of claims; a list becomes `|a|b|`, as in a token'),
  })
  .describe('a caller')

const contextForm = z
  .strictObject({
    time: z.iso
      .datetime({ offset: true })
      .optional()
      .describe(
        'when, such as `2026-03-27T09:30:00+01:00`; policies see it in the configured zone',
      ),
    address: z.union([z.ipv4(), z.ipv6()]).optional().describe('from where'),
  })
  .describe('what policies read beside the arguments; needed where one of them reads it')

const caseForm = z
  .strictObject({
    name: text.describe('what is to hold, as a sentence'),
    who: z
      .union([oneOrMore(text), principalForm])
      .describe('a name of `people`, several of them, or a caller spelled out'),
    tool: oneOrMore(text).describe(
      'qualified name `<target>___<tool>`, `<target>___prompt:<name>` or `<target>___resource:read`, or several of them',
    ),
    arguments: z.record(z.string(), z.unknown()).default({}).describe('arguments of the call'),
    context: contextForm.optional(),
    expect: z
      .enum(['allow', 'deny', 'approval'])
      .describe('the answer of the policies; `approval`: a second person must approve the call'),
    policies: z
      .array(text)
      .max(64)
      .optional()
      .describe('ids of exactly the policies that decide, such as `market.cedar#prices`'),
    code: z
      .enum([
        'authorize.denied',
        'authorize.policy_error',
        'authorize.inconvertible_argument',
        'authorize.reserved_key',
      ])
      .optional()
      .describe('why it is denied'),
    listed: z.boolean().optional().describe('whether the tool is in the list of this caller'),
  })
  .describe('one call, or one for each caller and tool, and its answer')

export const caseFileForm = z
  .strictObject({
    context: contextForm.optional().describe('of every case that has none of its own'),
    people: z.record(text, principalForm).default({}).describe('callers, by a name of yours'),
    cases: z.array(caseForm).max(2000).default([]).describe('what is to hold'),
  })
  .describe('Cases of the policies beside them; run before each load')

export type PrincipalForm = z.output<typeof principalForm>
export type CaseForm = z.output<typeof caseForm>

/** One call and its answer. */
export type PolicyCase = Pick<CaseForm, 'name' | 'expect' | 'policies' | 'code' | 'listed'> & {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Name of the caller in the file, or a word for one that is spelled out. */
  readonly who: string
  /** Without an issuer: the first one of the configuration. */
  readonly principal: Omit<Question['principal'], 'issuer'> & { readonly issuer?: string }
  readonly tool: string
  readonly args: JsonObject
} & Pick<Question, 'address' | 'timeMs'>

/** The caller of a question; tags that are lists as a token would have them. */
export function principalOfForm(form: PrincipalForm): PolicyCase['principal'] {
  const { kind, clientId, subject, issuer, tenant } = form
  const tags = Object.entries(form.tags).map(([name, value]) => [name, tagText(value)] as const)
  return {
    kind,
    clientId,
    tags: Object.fromEntries(tags),
    ...(kind === 'client' ? {} : { subject }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(tenant === undefined ? {} : { tenant }),
  }
}

/** As identify/ makes tags of claims: `|a|b|`, sorted, each once. */
function tagText(value: string | readonly string[]): string {
  if (typeof value === 'string') return value
  return `|${[...new Set(value)]
    .toSorted()
    .map((entry) => `${entry}|`)
    .join('')}`
}
