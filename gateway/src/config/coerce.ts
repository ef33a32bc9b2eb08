// A value out of the environment is text. Where the schema asks for a number or a boolean, such a text is read
// as one by the rules of the YAML core schema; a quoted text in the file itself stays a text.
import { placeKey } from './read-yaml.ts'
import type { Tree } from './read-yaml.ts'
import type { PathKey } from './problem.ts'
import { childNode, configJsonSchema, memberOf } from './schema-node.ts'
import type { SchemaNode } from './schema-node.ts'

export function coerceEnvironment(tree: Tree): Tree {
  if (tree.fromEnvironment.size === 0) return tree
  return { ...tree, value: coerce(tree, tree.value, configJsonSchema(), []) }
}

function coerce(
  tree: Tree,
  value: unknown,
  node: SchemaNode | undefined,
  path: readonly PathKey[],
): unknown {
  if (typeof value === 'string') {
    return tree.fromEnvironment.has(placeKey(path)) ? convert(value, node?.type) : value
  }
  if (typeof value !== 'object' || value === null) return value
  const inner = (key: PathKey): unknown =>
    coerce(tree, memberOf(value, key), node && childNode(node, value, key), [...path, key])
  if (Array.isArray(value)) return value.map((_, index) => inner(index))
  const members = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(value)) members[key] = inner(key)
  return members
}

function convert(text: string, type: string | undefined): unknown {
  if (type === 'integer' && /^[-+]?\d{1,15}$/.test(text)) return Number(text)
  if (type === 'boolean' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  return text
}
