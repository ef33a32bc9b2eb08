// The reference page of the configuration, generated from the schema that the process uses: every key with its
// type, default and meaning; relaxations of security are marked.
import { describeExpected } from './describe.ts'
import { configJsonSchema } from './schema-node.ts'
import type { SchemaNode } from './schema-node.ts'

const HEAD = `# Configuration

One YAML file (YAML 1.2, core schema, no tags). Generated from the schema by \`npm run docs\`; do not edit.

- Paths are relative to the folder of the file.
- \`\${NAME}\` in a value is replaced by the environment variable of that name; \`$\${\` is a literal \`\${\`. Inside
  \`{ … }\` and \`[ … ]\` it needs quotes.
- Secrets are references, never values: \`{ file: <path> }\` or \`{ env: <NAME> }\`. A secret's file must not be
  readable by everybody.
- Unknown keys are errors. \`sallyport config check\` names every problem with line and column,
  \`sallyport config show\` prints what is in effect, \`sallyport config schema\` the JSON Schema for editors.
- A **relaxation** gives up a protection. It is warned about at start and recorded in the audit log.
`

type Row = {
  readonly key: string
  readonly type: string
  readonly fallback: string
  readonly meaning: string
}

export function referencePage(): string {
  const root = configJsonSchema()
  const sections = Object.entries(root.properties ?? {}).map(([name, node]) => {
    const rows = rowsOf(name, node, isRequired(root, name))
    return `## \`${name}\`\n\n${sentence(node.description)}\n\n${table(rows)}`
  })
  return [HEAD, ...sections].join('\n')
}

function rowsOf(key: string, node: SchemaNode, required: boolean, condition = ''): Row[] {
  const members = memberRows(key, node)
  const own: Row = {
    key,
    type: typeOf(node),
    fallback: required ? 'required' : /[\]>]$/.test(key) ? '' : defaultOf(node),
    meaning: `${condition}${node['x-relaxation'] === true ? '**relaxation**: ' : ''}${node.description ?? ''}`,
  }
  // The top of a section has its sentence; a map whose members follow needs no row unless it must be written.
  const silent = members.length > 0 && !key.includes('.') && !key.includes('[')
  return silent ? members : [own, ...members]
}

function memberRows(key: string, node: SchemaNode): Row[] {
  if (node['x-secret'] === true) return []
  const branches = node.oneOf
  if (branches !== undefined) return branches.flatMap((branch) => branchRows(key, branch, branches))
  const fixed = Object.entries(node.properties ?? {}).flatMap(([name, inner]) =>
    rowsOf(`${key}.${name}`, inner, isRequired(node, name)),
  )
  const named = node.additionalProperties
  const free = named ? rowsOf(`${key}.<${nameOf(key)}>`, named, false) : []
  const items = node.items && hasMembers(node.items) ? rowsOf(`${key}[]`, node.items, false) : []
  return [...fixed, ...free, ...items]
}

function branchRows(key: string, branch: SchemaNode, all: readonly SchemaNode[]): Row[] {
  const kind = branch.properties?.['kind']?.const
  const condition = all.length > 1 && kind !== undefined ? `\`kind: ${kind}\`: ` : ''
  return Object.entries(branch.properties ?? {}).flatMap(([name, inner]) =>
    rowsOf(`${key}.${name}`, inner, isRequired(branch, name), condition),
  )
}

function hasMembers(node: SchemaNode): boolean {
  return node.properties !== undefined || node.oneOf !== undefined
}

function isRequired(node: SchemaNode, name: string): boolean {
  return node.required?.includes(name) === true
}

function typeOf(node: SchemaNode): string {
  if (node.type === 'array' && node.items !== undefined && !hasMembers(node.items)) {
    return `list of: ${describeExpected(node.items)}`
  }
  return describeExpected(node)
}

function defaultOf(node: SchemaNode): string {
  if (node.default === undefined) return 'absent'
  return hasMembers(node) && node.oneOf === undefined ? '' : `\`${JSON.stringify(node.default)}\``
}

function nameOf(key: string): string {
  return { targets: 'id', tools: 'tool', tags: 'tag' }[key.split('.').at(-1) ?? ''] ?? 'name'
}

function sentence(text = ''): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ key, type, fallback, meaning }) =>
      `| \`${key}\` | ${cell(type)} | ${cell(fallback)} | ${cell(meaning)} |`,
  )
  return `| key | type | default | meaning |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
