// The JSON Schema as editors get it: named, and with `${NAME}` accepted where a number or a boolean stands,
// because the environment is filled in before the schema is asked.
import { configJsonSchema } from './schema-node.ts'

export function editorSchema(): Readonly<Record<string, unknown>> {
  const schema = admitEnvironment(configJsonSchema()) as Record<string, unknown>
  return { title: 'Configuration of Sallyport', ...schema }
}

function admitEnvironment(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(admitEnvironment)
  if (typeof node !== 'object' || node === null) return node
  const members = Object.fromEntries(
    Object.entries(node).map(([name, inner]) => [name, admitEnvironment(inner)]),
  )
  const { type, description, default: fallback, ...rest } = members
  if (type !== 'integer' && type !== 'boolean') return members
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [
      { type, ...rest },
      { type: 'string', pattern: '^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$' },
    ],
  }
}
