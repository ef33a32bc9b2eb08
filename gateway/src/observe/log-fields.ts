// What may stand in a line of the log: fields capped in number, depth and size, controls left to JSON's
// escapes, secrets replaced by name and by form (H-17, J-21, D-14). A line stays below 16 KiB.
import { REDACTED, redactText, soundsSecret } from '../secrets/redaction.ts'

const MAX_TEXT = 1024
const MAX_MEMBERS = 32
const MAX_DEPTH = 4
const MAX_CHARACTERS = 8192
/** Members that the log writes itself: a field of that name would make a second one. */
const OWN = new Set(['level', 'time', 'msg', 'pid', 'hostname'])

export type LogFields = Readonly<Record<string, unknown>>

/** A copy that is safe to write, whatever was passed in. */
export function cleanFields(fields: LogFields): Record<string, unknown> {
  const budget = { left: MAX_CHARACTERS }
  const clean = Object.create(null) as Record<string, unknown>
  let members = 0
  for (const name of Object.keys(fields)) {
    if (members++ === MAX_MEMBERS) break
    const key = cleanName(name)
    clean[OWN.has(key) ? `field_${key}` : key] = cleanValue(name, fields[name], 0, budget)
  }
  return clean
}

export function cleanText(text: string): string {
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
  // The cut may have split a secret: its beginning still looks like one.
  return redactText(shown).replaceAll(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, escapeCharacter)
}

type Budget = { left: number }

function cleanValue(name: string, value: unknown, depth: number, budget: Budget): unknown {
  if (soundsSecret(name) && value !== undefined && value !== null) return REDACTED
  switch (typeof value) {
    case 'string':
      return spend(cleanText(value), budget)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
    case 'undefined':
      return value
    case 'bigint':
      return String(value).slice(0, 64)
    case 'object':
      return value === null ? null : cleanObject(value, depth, budget)
    case 'function':
    case 'symbol':
      return `(${typeof value})`
    default:
      return undefined
  }
}

function cleanObject(value: object, depth: number, budget: Budget): unknown {
  if (depth >= MAX_DEPTH || budget.left <= 0) return '(omitted)'
  if (value instanceof Error) return cleanError(value, depth, budget)
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`
  if (Array.isArray(value)) {
    return value.slice(0, MAX_MEMBERS).map((item) => cleanValue('', item, depth + 1, budget))
  }
  const clean = Object.create(null) as Record<string, unknown>
  for (const name of Object.keys(value).slice(0, MAX_MEMBERS)) {
    const inner = (value as Record<string, unknown>)[name]
    clean[cleanName(name)] = cleanValue(name, inner, depth + 1, budget)
  }
  return clean
}

function cleanError(error: Error, depth: number, budget: Budget): unknown {
  const { code } = error as { code?: unknown }
  return {
    name: spend(cleanText(error.name), budget),
    message: spend(cleanText(error.message), budget),
    ...(typeof code === 'string' ? { code: spend(cleanText(code), budget) } : {}),
    ...(error.stack === undefined ? {} : { stack: spend(cleanText(error.stack), budget) }),
    ...(error.cause instanceof Error ? { cause: cleanObject(error.cause, depth + 1, budget) } : {}),
  }
}

function spend(text: string, budget: Budget): string {
  const shown = budget.left >= text.length ? text : text.slice(0, Math.max(0, budget.left))
  budget.left -= shown.length
  return shown
}

function cleanName(name: string): string {
  return cleanText(name.slice(0, 64))
}

function escapeCharacter(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
}
