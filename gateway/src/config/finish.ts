// The last step of loading: paths of files become absolute against the folder of the configuration file, maps
// lose their prototype (a target called like a method of Object is no hit), and everything is frozen.
import { resolve } from 'node:path'
import type { Config } from './schema.ts'
import { childNode, configJsonSchema, memberOf } from './schema-node.ts'
import type { SchemaNode } from './schema-node.ts'

export function finishConfig(value: object, folder: string): Config {
  return finish(value, configJsonSchema(), folder) as Config
}

function finish(value: unknown, node: SchemaNode | undefined, folder: string): unknown {
  if (typeof value === 'string') return node?.['x-path'] === true ? resolve(folder, value) : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    return Object.freeze(
      value.map((item: unknown, index) =>
        finish(item, node && childNode(node, value, index), folder),
      ),
    )
  }
  const members = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(value)) {
    members[key] = finish(memberOf(value, key), node && childNode(node, value, key), folder)
  }
  return Object.freeze(members)
}
