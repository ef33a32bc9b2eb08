// What of a configuration may be shown. A value is hidden where the schema says that it is a secret, where
// its key sounds like one, where it came out of the environment, or where it looks like one (P-05).
import { looksSecret, soundsSecret } from '../secrets/redaction.ts'
import { childNode, chooseBranch, configJsonSchema, memberOf } from './schema-node.ts'
import type { SchemaNode } from './schema-node.ts'
import type { PathKey } from './problem.ts'
import { placeKey } from './read-yaml.ts'
import type { Range, Tree } from './read-yaml.ts'

export const HIDDEN = '(redacted)'

/** Ranges of the text that must not be shown: every scalar that is, sounds or looks secret, or is unknown. */
export function secretRanges(tree: Tree): readonly Range[] {
  const ranges: Range[] = []
  const visit = (
    value: unknown,
    node: SchemaNode | undefined,
    path: readonly PathKey[],
    hidden: boolean,
  ): void => {
    if (typeof value === 'object' && value !== null) {
      const inside = hidden || isSecretNode(node)
      const branch = node === undefined ? undefined : chooseBranch(node, value)
      // A complete reference names a place, not a secret.
      const reference = isSecretNode(node) && branch !== undefined && branch !== node
      for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
        const inner = node === undefined ? undefined : childNode(node, value, key)
        const unknown = inner === undefined || (typeof key === 'string' && soundsSecret(key))
        const known = inner !== undefined && (reference || isStructure(inner, memberOf(value, key)))
        visit(memberOf(value, key), inner, [...path, key], known ? false : inside || unknown)
      }
      return
    }
    if (hidden || isHidden(node) || (typeof value === 'string' && looksSecret(value))) {
      const place = tree.places.get(placeKey(path))
      if (place !== undefined) ranges.push(place.value)
    }
  }
  visit(tree.value, configJsonSchema(), [], false)
  return ranges
}

/** The value at a place as an error may show it. */
export function showSeen(value: unknown, hidden: boolean): string | undefined {
  if (value === undefined) return undefined
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1' : `a list of ${value.length}`
  if (typeof value === 'object') return 'a map'
  if (hidden) return HIDDEN
  if (typeof value === 'string') return looksSecret(value) ? HIDDEN : `\`${shorten(value)}\``
  return `\`${JSON.stringify(value) ?? 'a value'}\``
}

function shorten(text: string): string {
  return printable(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

/** Without what a terminal obeys: controls, bidirectional marks, line separators. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
}

function isSecretNode(node: SchemaNode | undefined): boolean {
  return node?.['x-secret'] === true
}

/** A scalar at this place is not shown: it is a secret, or stands where a map or list belongs. */
export function isHidden(node: SchemaNode | undefined): boolean {
  const type = node?.type
  return isSecretNode(node) || type === 'object' || type === 'array' || node?.oneOf !== undefined
}

/** `authorization:` and `credential:` sound like secrets and are maps of our own schema. */
function isStructure(node: SchemaNode, value: unknown): boolean {
  return node['x-secret'] !== true && typeof value === 'object' && value !== null
}
