// `*.test.yaml` → the cases of a policy test, each with the line where it begins, or every problem of the file at
// once (policy-audit §1.4). The form is authorize/policy-case.ts. Numbers keep the text that stands in the file.
import { z } from 'zod'
import {
  caseFileForm,
  principalOfForm,
  type CaseForm,
  type PolicyCase,
} from '../authorize/policy-case.ts'
import { rawNumber } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { rangeAt } from './finding.ts'
import { nearest } from './nearest.ts'
import { pathText, type PathKey } from './problem.ts'
import { placeKey, readYaml, type Tree } from './read-yaml.ts'
import { memberOf } from './schema-node.ts'

export type CaseFinding = {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly text: string
}
export type ReadCases = {
  readonly cases: readonly PolicyCase[]
  /** The callers that the file names. */
  readonly people: Readonly<Record<string, PolicyCase['principal']>>
  readonly findings: readonly CaseFinding[]
}

const MAX_CASES = 20_000

/** Cases of several files; names of callers belong to their file. */
export function readCases(
  files: readonly { readonly file: string; readonly text: string }[],
): ReadCases {
  const read = files.map(readOne)
  return {
    cases: read.flatMap(({ cases }) => cases),
    people: Object.assign({}, ...read.map(({ people }) => people)) as ReadCases['people'],
    findings: read.flatMap(({ findings }) => findings),
  }
}

/** The JSON Schema of a file of cases, for editors. */
export function caseFileSchema(): object {
  return z.toJSONSchema(caseFileForm, { io: 'input' })
}

function readOne({ file, text }: { readonly file: string; readonly text: string }): ReadCases {
  const nothing = { cases: [], people: {} }
  const at = (offset: number) => ({ file, ...positionAt(text, offset) })
  // The environment of the process is none of a test's.
  const { tree, findings: syntax } = readYaml(text, {})
  if (syntax.length > 0 || tree.value === undefined) {
    const found = syntax.map(({ range, message }) => ({ ...at(range[0]), text: message }))
    return { ...nothing, findings: found }
  }
  const parsed = caseFileForm.safeParse(tree.value)
  if (!parsed.success) {
    const found = parsed.error.issues.flatMap((issue) => wordsOf(issue, tree))
    return {
      ...nothing,
      findings: found.map(([offset, words]) => ({ ...at(offset), text: words })),
    }
  }
  const { data } = parsed
  const people = Object.fromEntries(
    Object.entries(data.people).map(([name, form]) => [name, principalOfForm(form)]),
  )
  const cases: PolicyCase[] = []
  const findings: CaseFinding[] = []
  for (const [index, form] of data.cases.entries()) {
    const place = at(rangeAt(tree, ['cases', index], 'value')[0])
    const args = exact(form.arguments, ['cases', index, 'arguments'], tree, text) as JsonObject
    for (const [who, principal] of callersOf(form, people)) {
      if (principal === undefined) {
        const names = Object.keys(people)
        const guess = nearest(who, names)
        const hint =
          guess === undefined ? `there are: ${names.join(', ')}` : `did you mean \`${guess}\`?`
        findings.push({ ...place, text: `\`${who}\` is none of \`people\`; ${hint}` })
        continue
      }
      for (const tool of [form.tool].flat()) {
        const { name, expect, policies, code, listed } = form
        const context = contextOf({ ...data.context, ...form.context })
        const call = { who, principal, tool, args, ...context }
        cases.push({ ...place, name, ...call, expect, policies, code, listed })
      }
    }
  }
  if (cases.length > MAX_CASES) {
    findings.push({
      ...at(0),
      text: `there are ${cases.length} cases; at most ${MAX_CASES} are run`,
    })
  }
  return { cases, people, findings }
}

function contextOf({
  time,
  address,
}: NonNullable<CaseForm['context']>): Pick<PolicyCase, 'address' | 'timeMs'> {
  return {
    ...(time === undefined ? {} : { timeMs: Date.parse(time) }),
    ...(address === undefined ? {} : { address }),
  }
}

type Caller = readonly [string, PolicyCase['principal'] | undefined]

function callersOf(
  { who }: CaseForm,
  people: Readonly<Record<string, PolicyCase['principal']>>,
): readonly Caller[] {
  if (typeof who !== 'string' && !Array.isArray(who)) {
    const principal = principalOfForm(who)
    return [
      [principal.kind === 'client' ? principal.clientId : (principal.subject ?? ''), principal],
    ]
  }
  return [who].flat().map((name) => [name, Object.hasOwn(people, name) ? people[name] : undefined])
}

/** Each issue of the form as an offset and words. */
function wordsOf(issue: z.core.$ZodIssue, tree: Tree): readonly (readonly [number, string])[] {
  const path = issue.path.filter((key) => typeof key !== 'symbol')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const guess = nearest(key, knownAt(path))
      const hint = guess === undefined ? '' : `; did you mean \`${guess}\`?`
      return [
        rangeAt(tree, [...path, key], 'key')[0],
        `the key \`${key}\` is not known here${hint}`,
      ]
    })
  }
  const offset = rangeAt(tree, path, 'value')[0]
  if (!tree.places.has(placeKey(path))) return [[offset, `\`${pathText(path)}\` is missing`]]
  const expected = issue.code === 'invalid_value' ? ` is not one of ${issue.values.join(', ')}` : ''
  return [[offset, `\`${pathText(path)}\`${expected || ' does not have the required form'}`]]
}

function knownAt(path: readonly PathKey[]): readonly string[] {
  const form = caseFileForm.shape
  if (path.length === 0) return Object.keys(form)
  if (path[0] === 'people') return Object.keys(form.people.unwrap().valueType.shape)
  return Object.keys(form.cases.unwrap().element.shape)
}

/** What YAML made of the arguments, but numbers as they are written: 1.10 stays 1.10. */
function exact(value: unknown, path: readonly PathKey[], tree: Tree, text: string): JsonValue {
  if (Array.isArray(value)) {
    return value.map((item: unknown, at) => exact(item, [...path, at], tree, text))
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.keys(value).map((name) => [
        name,
        exact(memberOf(value, name), [...path, name], tree, text),
      ]),
    )
  }
  if (typeof value !== 'number') return value as JsonValue
  const place = tree.places.get(placeKey(path))
  const written = place === undefined ? '' : text.slice(...place.value)
  const isPlain = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(written)
  return isPlain && String(value) !== written ? rawNumber(written) : value
}

function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
