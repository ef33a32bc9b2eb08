// The JSON Schema of the configuration (2020-12), generated from the Zod schema, and the ways to walk it
// beside a value. It serves editors, and inside it is where annotations such as `x-path` are looked up.
import { z } from 'zod'
import type { PathKey } from './problem.ts'
import { configSchema } from './schema.ts'

/** The keywords that Zod writes for our schema, and our own annotations. */
export type SchemaNode = {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean'
  readonly description?: string
  readonly default?: unknown
  readonly const?: string | number | boolean
  readonly enum?: readonly (string | number | boolean)[]
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly additionalProperties?: SchemaNode | false
  readonly propertyNames?: SchemaNode
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly 'x-path'?: true
  readonly 'x-secret'?: true
  /** `true`, or the value that is one. */
  readonly 'x-relaxation'?: true | string
  readonly 'x-expected'?: string
  readonly 'x-fix'?: string
}

let generated: SchemaNode | undefined

/** The whole schema, generated once. */
export function configJsonSchema(): SchemaNode {
  generated ??= z.toJSONSchema(configSchema, { io: 'input' }) as SchemaNode
  return generated
}

/** The node that describes the value at a path, as far as the schema knows it. */
export function nodeAt(root: unknown, path: readonly PathKey[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = configJsonSchema()
  let value = root
  for (const key of path) {
    if (node === undefined) return undefined
    node = childNode(node, value, key)
    value = memberOf(value, key)
  }
  return node
}

/** The node for one member of a value; of alternatives, the one that the value chooses. */
export function childNode(node: SchemaNode, value: unknown, key: PathKey): SchemaNode | undefined {
  const chosen = chooseBranch(node, value)
  if (typeof key === 'number') return chosen.items
  const kinds = branchConstants(chosen, key)
  if (kinds.length > 0) return { type: 'string', enum: kinds }
  const { properties, additionalProperties } = chosen
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key]
  return additionalProperties === false ? undefined : additionalProperties
}

/** The values of a discriminator, where no branch was chosen. */
function branchConstants(node: SchemaNode, key: string): (string | number | boolean)[] {
  return (node.oneOf ?? []).flatMap((branch) => branch.properties?.[key]?.const ?? [])
}

/** Of alternatives the first whose constants and required members the value has; otherwise the node itself. */
export function chooseBranch(node: SchemaNode, value: unknown): SchemaNode {
  const branches = node.oneOf ?? node.anyOf
  if (branches === undefined) return node
  const fits = (branch: SchemaNode): boolean =>
    Object.entries(branch.properties ?? {}).every(
      ([name, { const: constant }]) => constant === undefined || memberOf(value, name) === constant,
    )
  const complete = (branch: SchemaNode): boolean =>
    (branch.required ?? []).every((name) => memberOf(value, name) !== undefined)
  return branches.find((branch) => fits(branch) && complete(branch)) ?? branches.find(fits) ?? node
}

/** Own member of an object or array, without touching prototypes. */
export function memberOf(value: unknown, key: PathKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<PathKey, unknown>)[key]
}
