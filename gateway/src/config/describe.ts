// What a schema node asks for, in words: the "expected" of an error and the type of the reference page.
import type { SchemaNode } from './schema-node.ts'

const FORMATS: Readonly<Record<string, string>> = {
  uri: 'an absolute URL',
  cidrv4: 'an IPv4 range such as `10.1.0.0/16`',
  cidrv6: 'an IPv6 range such as `fd00:1::/64`',
}

/** The form that a schema node asks for. */
export function describeExpected(node: SchemaNode): string {
  if (node['x-expected'] !== undefined) return node['x-expected']
  if (node.const !== undefined) return `\`${node.const}\``
  if (node.enum !== undefined) return `one of ${listNames(node.enum)}`
  if (node.oneOf !== undefined) return describeKinds(node.oneOf)
  if (node.anyOf !== undefined) return node.anyOf.map(describeExpected).join(' or ')
  return node.type === undefined ? 'another value' : describeType(node, node.type)
}

export function listNames(names: readonly (string | number | boolean)[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}

function describeType(node: SchemaNode, type: NonNullable<SchemaNode['type']>): string {
  switch (type) {
    case 'integer':
      return `a whole number from ${node.minimum ?? 'any'} to ${node.maximum ?? 'any'}`
    case 'boolean':
      return '`true` or `false`'
    case 'array':
      return (node.minItems ?? 0) > 0 ? 'a list with at least one entry' : 'a list'
    case 'object':
      return 'a map'
    case 'string':
      return FORMATS[node.format ?? ''] ?? 'a text'
    default:
      return 'another value'
  }
}

function describeKinds(branches: readonly SchemaNode[]): string {
  const kinds = branches.flatMap((branch) => branch.properties?.['kind']?.const ?? [])
  return `a map with \`kind\`: ${listNames(kinds)}`
}
