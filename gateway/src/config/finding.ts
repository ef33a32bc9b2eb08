// One finding about the value at a path of the tree: where it is, and what of it may be shown.
import { soundsSecret } from '../secrets/redaction.ts'
import type { Finding, PathKey } from './problem.ts'
import { placeKey } from './read-yaml.ts'
import type { Range, Tree } from './read-yaml.ts'
import { isHidden, showSeen } from './redact.ts'
import { memberOf, nodeAt } from './schema-node.ts'

/** What is at a path, and how to point at it: the value, or the key where the value is a block or absent. */
export function rangeAt(tree: Tree, path: readonly PathKey[], prefer: 'key' | 'value'): Range {
  const place = tree.places.get(placeKey(path))
  if (place !== undefined && prefer === 'value') return place.value
  if (place !== undefined) return place.key ?? [place.value[0], place.value[0] + 1]
  return path.length === 0 ? [0, 1] : rangeAt(tree, path.slice(0, -1), 'key')
}

export function valueAt(tree: Tree, path: readonly PathKey[]): unknown {
  return path.reduce<unknown>((value, key) => memberOf(value, key), tree.value)
}

export function seenAt(tree: Tree, path: readonly PathKey[]): string | undefined {
  const name = path.at(-1)
  const node = nodeAt(tree.value, path)
  const hidden =
    tree.fromEnvironment.has(placeKey(path)) ||
    isHidden(node) ||
    (typeof name === 'string' && soundsSecret(name))
  const number = tree.places.get(placeKey(path))?.number
  // M-28: shown as it was written, not as the double that it became.
  return showSeen(hidden || number === undefined ? valueAt(tree, path) : number, hidden)
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
