// The tree against the schema: every issue that Zod finds, in our words, at its place in the file.
import type { z } from 'zod'
import type { Finding, PathKey } from './problem.ts'
import { pathText } from './problem.ts'
import { placeKey } from './read-yaml.ts'
import type { Range, Tree } from './read-yaml.ts'
import { showSeen, soundsSecret } from './redact.ts'
import { describeExpected, listNames } from './describe.ts'
import { chooseBranch, memberOf, nodeAt } from './schema-node.ts'
import type { SchemaNode } from './schema-node.ts'
import { nearest } from './nearest.ts'

type Issue = z.core.$ZodIssue
type Words = { readonly expected?: string; readonly fix?: string }

export function judgeIssue(issue: Issue, tree: Tree): readonly Finding[] {
  const path = issue.path.filter((key) => typeof key !== 'symbol')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(tree, path, key))
  if (issue.code === 'invalid_key') return [invalidKey(tree, path)]
  if (issue.code !== 'custom') return invalid(tree, path)
  return [invalidValue(tree, path, issue.message, issue.params ?? {})]
}

/** What is at a path, and how to point at it: the value, or the key where the value is a block or absent. */
export function rangeAt(tree: Tree, path: readonly PathKey[], prefer: 'key' | 'value'): Range {
  const place = tree.places.get(placeKey(path))
  if (place !== undefined) return prefer === 'key' ? (place.key ?? place.value) : place.value
  return path.length === 0 ? [0, 0] : rangeAt(tree, path.slice(0, -1), 'key')
}

export function valueAt(tree: Tree, path: readonly PathKey[]): unknown {
  return path.reduce<unknown>((value, key) => memberOf(value, key), tree.value)
}

export function seenAt(tree: Tree, path: readonly PathKey[]): string | undefined {
  const name = path.at(-1)
  const hidden =
    tree.fromEnvironment.has(placeKey(path)) ||
    nodeAt(tree.value, path)?.['x-secret'] === true ||
    (typeof name === 'string' && soundsSecret(name))
  return showSeen(valueAt(tree, path), hidden)
}

/** Puts together a finding about the value at a path. */
export function finding(
  tree: Tree,
  path: readonly PathKey[],
  words: Pick<Finding, 'code' | 'message' | 'expected' | 'fix'>,
): Finding {
  const seen = seenAt(tree, path)
  const block = typeof valueAt(tree, path) === 'object'
  const range = rangeAt(tree, path, block ? 'key' : 'value')
  return { ...words, path, range, ...(seen === undefined ? {} : { seen }) }
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
    return [invalidValue(tree, path, `is not ${expected}`, { ...words(node), expected })]
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
  const mode = pathText(path) === 'authorization.mode' && (value === 'facade' || value === 'broker')
  if (!mode) return { code: 'config.invalid_value' }
  return {
    code: 'config.not_in_this_version',
    message: `the authorization mode \`${value}\` is not in this version`,
    fix: 'write `external`, and let clients sign in at your own identity provider',
  }
}

function words(node: SchemaNode | undefined): Words {
  const fix = node?.['x-fix']
  return fix === undefined ? {} : { fix }
}
