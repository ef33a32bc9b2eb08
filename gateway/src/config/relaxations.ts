// The relaxations of security that a configuration switches on: warned at start, recorded as `relaxed`, and
// listed for whoever asks. A setting is one where its schema says so.
import { pathText } from './problem.ts'
import type { PathKey } from './problem.ts'
import type { Config } from './schema.ts'
import { childNode, configJsonSchema, memberOf } from './schema-node.ts'
import type { SchemaNode } from './schema-node.ts'

export type Relaxation = {
  /** Where it is written, such as `targets.market.allowInsecureTarget`. */
  readonly path: string
  /** What it permits, in words. */
  readonly meaning: string
}

export function relaxations(config: Config): readonly Relaxation[] {
  return collect(config, configJsonSchema(), [])
}

function collect(
  value: unknown,
  node: SchemaNode | undefined,
  path: readonly PathKey[],
): Relaxation[] {
  if (node === undefined) return []
  const relaxation = node['x-relaxation']
  if (relaxation !== undefined) {
    const on = Array.isArray(value) ? value.length > 0 : value === relaxation
    return on ? [{ path: pathText(path), meaning: node.description ?? '' }] : []
  }
  if (typeof value !== 'object' || value === null) return []
  const keys: PathKey[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  return keys.flatMap((key) =>
    collect(memberOf(value, key), childNode(node, value, key), [...path, key]),
  )
}
