// Where two configurations differ, by the schema: entries of maps and issuers that came or went are one difference,
// whatever stands in them; all else is told setting by setting.
import type { PathKey } from './problem.ts'
import type { Config } from './schema.ts'
import { chooseBranch, configJsonSchema, memberOf } from './schema-node.ts'
import type { SchemaNode } from './schema-node.ts'

export type Difference = {
  /** An issuer stands under its own name in place of its number. */
  readonly path: readonly PathKey[]
  /** `undefined`: it was not there. */
  readonly before: unknown
  readonly after: unknown
  readonly node: SchemaNode | undefined
}

export function differencesOf(before: Config, after: Config): readonly Difference[] {
  return compare(before, after, configJsonSchema(), [])
}

function compare(
  before: unknown,
  after: unknown,
  node: SchemaNode | undefined,
  path: readonly PathKey[],
): readonly Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  const [one, other] = [named(before), named(after)]
  if (!isMap(one) || !isMap(other)) return [{ path, before, after, node }]
  const chosen = node && chooseBranch(node, other)
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].flatMap((key) =>
    compare(memberOf(one, key), memberOf(other, key), childOf(chosen, key), [...path, key]),
  )
}

function childOf(node: SchemaNode | undefined, key: string): SchemaNode | undefined {
  if (node?.type === 'array') return node.items
  if (node?.properties !== undefined && Object.hasOwn(node.properties, key))
    return node.properties[key]
  const entry = node?.additionalProperties
  if (node === undefined || entry === undefined || entry === false) return undefined
  // An entry that says nothing of itself is what its map says.
  return node.description === undefined ? entry : { description: node.description, ...entry }
}

/** Issuers in another order are the same issuers. */
function named(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const names = value.map((entry: unknown) => memberOf(entry, 'issuer'))
  if (names.length === 0 || !names.every((name) => typeof name === 'string')) return value
  return Object.fromEntries(value.map((entry: unknown, index) => [names[index], entry]))
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
