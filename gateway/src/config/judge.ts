// The tree against the schema: every issue that Zod finds, in our words, at its place in the file.
import type { z } from 'zod'
import { describeExpected, listNames } from './describe.ts'
import { finding, rangeAt, valueAt } from './finding.ts'
import { CONFIG_VERSION } from './migrations.ts'
import { nearest } from './nearest.ts'
import type { Finding, PathKey } from './problem.ts'
import { pathText } from './problem.ts'
import { placeKey } from './read-yaml.ts'
import type { Tree } from './read-yaml.ts'
import { showSeen } from './redact.ts'
import { configSchema } from './schema.ts'
import { chooseBranch, memberOf, nodeAt } from './schema-node.ts'
import type { SchemaNode } from './schema-node.ts'

type Issue = z.core.$ZodIssue
type Words = { readonly expected?: string; readonly fix?: string }

/** The parsed value, where there is one, and everything that the schema objects to. */
export function judge(tree: Tree): {
  readonly value: object | undefined
  readonly findings: readonly Finding[]
} {
  const parsed = configSchema.safeParse(tree.value)
  if (parsed.success) return { value: parsed.data, findings: [] }
  const { issues } = parsed.error
  const behind = issues.flatMap((issue) => (issue.code === 'invalid_key' ? look(issue, tree) : []))
  return { value: undefined, findings: [...issues, ...behind].flatMap((i) => judgeIssue(i, tree)) }
}

/** What lies behind a bad name is not looked at by Zod: it is judged under a good name, and reported under its own. */
function look(bad: Issue, tree: Tree): Issue[] {
  const path = bad.path.filter((key) => typeof key !== 'symbol')
  const name = path.at(-1)
  const parent = path.slice(0, -1)
  if (typeof name !== 'string') return []
  const renamed = replaceAt(tree.value, parent, (members) => ({
    placeholder: memberOf(members, name),
  }))
  const issues = configSchema.safeParse(renamed).error?.issues ?? []
  return issues
    .filter(({ path: at }) => at.length > parent.length && at[parent.length] === 'placeholder')
    .map((issue) => ({ ...issue, path: [...path, ...issue.path.slice(path.length)] }))
}

function replaceAt(
  value: unknown,
  path: readonly PathKey[],
  change: (value: unknown) => unknown,
): unknown {
  const [key, ...rest] = path
  if (key === undefined) return change(value)
  const inner = replaceAt(memberOf(value, key), rest, change)
  if (Array.isArray(value)) return value.map((item: unknown, at) => (at === key ? inner : item))
  return Object.assign(Object.create(null) as object, value, { [key]: inner })
}

function judgeIssue(issue: Issue, tree: Tree): readonly Finding[] {
  const path = issue.path.filter((key) => typeof key !== 'symbol')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(tree, path, key))
  if (issue.code === 'invalid_key') return [invalidKey(tree, path)]
  if (issue.code !== 'custom') return invalid(tree, path)
  return [invalidValue(tree, path, issue.message, issue.params ?? {})]
}

function unknownKey(tree: Tree, path: readonly PathKey[], key: string): Finding {
  const node = nodeAt(tree.value, path)
  const value = valueAt(tree, path)
  const known = Object.keys((node && chooseBranch(node, value).properties) ?? {})
  const free = known.filter((name) => memberOf(value, name) === undefined)
  const guess = nearest(key, free) ?? nearest(key, known)
  return {
    code: 'config.unknown_key',
    path: [...path, key],
    range: rangeAt(tree, [...path, key], 'key'),
    message: `the key ${showSeen(key, false)} is not known here`,
    seen: showSeen(key, false) ?? '',
    expected: known.length === 0 ? 'no key' : `one of ${listNames(known)}`,
    fix: guess === undefined ? 'remove it' : `did you mean \`${guess}\`?`,
  }
}

function invalidKey(tree: Tree, path: readonly PathKey[]): Finding {
  const name = String(path.at(-1))
  const node = nodeAt(tree.value, path.slice(0, -1))
  return {
    code: 'config.invalid_key',
    path,
    range: rangeAt(tree, path, 'key'),
    message: `the name ${showSeen(name, false)} does not have the required form`,
    seen: showSeen(name, false) ?? '',
    expected: node?.propertyNames?.['x-expected'] ?? 'another name',
    fix: 'rename the entry',
  }
}

function invalid(tree: Tree, path: readonly PathKey[]): readonly Finding[] {
  const node = nodeAt(tree.value, path)
  const value = valueAt(tree, path)
  const expected = node === undefined ? 'another value' : describeExpected(node)
  if (value !== undefined) {
    const fix = fixFor(node, value)
    const what = isText(node) ? kindOf(value) : undefined
    const message = what === undefined ? `is not ${expected}` : `is ${what}, not ${expected}`
    return [invalidValue(tree, path, message, fix ? { fix, expected } : { expected })]
  }
  // A value that could not be replaced from the environment has its own finding.
  if (tree.places.has(placeKey(path))) return []
  return [
    {
      code: 'config.missing',
      path,
      range: rangeAt(tree, path, 'key'),
      message: `\`${pathText(path)}\` is missing`,
      expected,
      fix: `add \`${String(path.at(-1))}\`${node?.description === undefined ? '' : `: ${node.description}`}`,
    },
  ]
}

function invalidValue(
  tree: Tree,
  path: readonly PathKey[],
  message: string,
  { expected = 'another value', fix }: Words,
): Finding {
  const { code, ...special } = notInThisVersion(tree, path)
  return finding(tree, path, {
    code,
    message: special.message ?? `\`${pathText(path)}\` ${message}`,
    expected,
    fix: special.fix ?? fix ?? `write ${expected}`,
  })
}

function notInThisVersion(
  tree: Tree,
  path: readonly PathKey[],
): { code: Finding['code']; message?: string; fix?: string } {
  const value = valueAt(tree, path)
  if (pathText(path) === 'version' && typeof value === 'number') return otherVersion(value)
  const mode = pathText(path) === 'authorization.mode' && (value === 'facade' || value === 'broker')
  if (!mode) return { code: 'config.invalid_value' }
  return {
    code: 'config.not_in_this_version',
    message: `the authorization mode \`${value}\` is not in this version`,
    fix: 'write `external`, and let clients sign in at your own identity provider',
  }
}

function otherVersion(version: number): { code: Finding['code']; message: string; fix: string } {
  return {
    code: 'config.not_in_this_version',
    message: `the file is of version ${version}, and this program reads version ${CONFIG_VERSION}`,
    fix:
      version > CONFIG_VERSION
        ? 'run the newer program that the file was written for'
        : 'run `sallyport config migrate`, which shows what has to change',
  }
}

function fixFor(node: SchemaNode | undefined, value: unknown): string | undefined {
  if (node?.['x-fix'] !== undefined) return node['x-fix']
  if (value === null) return 'give it a value, or remove the key'
  if (isText(node) && kindOf(value) !== undefined && typeof value !== 'object') {
    return 'put it in quotes if it is meant as it stands'
  }
  const names = (node?.enum ?? []).filter((name) => typeof name === 'string')
  const guess = typeof value === 'string' ? nearest(value, names) : undefined
  return guess === undefined ? undefined : `did you mean \`${guess}\`?`
}

/** Whether a text belongs there. */
function isText(node: SchemaNode | undefined): boolean {
  return node?.type === 'string' && node.enum === undefined && node.const === undefined
}

/** What YAML made of a value that is no text, in words. */
function kindOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number'
  if (typeof value === 'boolean') return 'a boolean'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'a map' : undefined
}
