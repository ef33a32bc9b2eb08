// The resolved configuration as YAML: defaults written out, paths absolute, secrets as the references that
// they are; whatever looks like a secret all the same is redacted (P-05).
import { stringify } from 'yaml'
import { looksSecret } from '../secrets/redaction.ts'
import { HIDDEN } from './redact.ts'
import type { Config } from './schema.ts'

export function showConfig(config: Config): string {
  return stringify(redacted(config), { lineWidth: 0 })
}

/** The same as a plain value, for `--json`. */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return looksSecret(value) ? HIDDEN : value
  if (Array.isArray(value)) return value.map(redacted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redacted(inner)]))
}
