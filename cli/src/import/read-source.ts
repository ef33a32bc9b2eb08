// The text of a file that somebody has already → values: JSON, JSON with comments as VS Code writes it, or YAML with one or
// several documents. Variables stay as they are written. Nothing is guessed from the name of the file.
import { readYaml } from '@sallyport/gateway/config/read-yaml.ts'
import { DEFAULT_JSON_LIMITS, readJson } from '@sallyport/gateway/json/read.ts'
import type { JsonValue } from '@sallyport/gateway/json/value.ts'
import { CommandFailure } from '../exit-codes.ts'
import { withoutComments } from './without-comments.ts'

const LIMITS = { ...DEFAULT_JSON_LIMITS, depth: 64, nodes: 500_000 }

export function readSource(text: string, path: string): readonly JsonValue[] {
  const trimmed = text.replace(/^\ufeff/, '').trimStart()
  if (/^[[{]|^\/[/*]/.test(trimmed)) return [readRelaxedJson(trimmed, path)]
  return trimmed
    .split(/^---[ \t]*$/m)
    .filter((document) => document.trim() !== '')
    .map((document) => readYamlDocument(document, path))
}

function readRelaxedJson(text: string, path: string): JsonValue {
  const read = readJson(Buffer.from(withoutComments(text)), LIMITS)
  if ('value' in read) return read.value
  const line = text.slice(0, read.offset).split('\n').length
  throw new CommandFailure('noInput', `\`${path}\` is no JSON: ${read.failure} in line ${line}`, {
    fix: 'mend the file; comments and commas at the end are fine',
  })
}

function readYamlDocument(text: string, path: string): JsonValue {
  // What looks like a variable is not one of ours.
  const { tree, findings } = readYaml(
    text.replaceAll('${', () => '$${'),
    {},
  )
  const [first] = findings
  if (first === undefined) return tree.value as JsonValue
  throw new CommandFailure('noInput', `\`${path}\` is no YAML: ${first.message}`, {
    fix: 'name a file of VS Code, Claude, Cursor, ToolHive or AgentCore',
  })
}
