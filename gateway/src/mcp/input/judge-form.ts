// MUST NOT (MCP 2026-07-28, client/elicitation): a form never asks for a secret. A form is one where a free field, or the
// question itself where there is such a field, sounds like one: by name, title, description or format. A choice or a
// yes-no question can carry none. This finds the plain cases; whoever hides the question hides it from people too.
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import { soundsSecret } from '../../secrets/redaction.ts'

const MAX_FIELDS = 64
const FIELDS = new Set<JsonValue | undefined>(['string', 'number', 'integer', 'boolean', 'array'])

export function judgeForm(params: JsonObject): Refusal | undefined {
  const { message, requestedSchema: schema } = params
  const properties = isJsonObject(schema) ? schema['properties'] : undefined
  if (!isJsonObject(properties)) return unsafe('a form without fields')
  const fields = Object.entries(properties)
  if (fields.length > MAX_FIELDS) return unsafe(`a form of more than ${MAX_FIELDS} fields`)
  let free = false
  for (const [name, field] of fields) {
    // MUST (client/elicitation): flat, of primitive values.
    if (!isJsonObject(field) || !FIELDS.has(field['type'])) {
      return unsafe('a field that is no plain value')
    }
    if (!isFree(field)) continue
    free = true
    const words = [field['title'], field['description'], field['default']]
    if (field['format'] === 'password' || soundsSecret(plain(name)) || wordsForSecret(name)) {
      return unsafe('a form that asks for a secret')
    }
    if (words.some(wordsForSecret)) return unsafe('a form that asks for a secret')
  }
  return free && wordsForSecret(message) ? unsafe('a form that asks for a secret') : undefined
}

/** Text or a number of the person's own: not a choice, not yes or no. */
function isFree({ type, enum: choices, oneOf, const: only }: JsonObject): boolean {
  if (type === 'boolean' || type === 'array') return false
  return choices === undefined && oneOf === undefined && only === undefined
}

const SECRET_WORDS =
  /pass ?(?:word|phrase|code)|\bpwd\b|\bpins?\b|\bsecrets?\b|api ?keys?|private ?key|access ?(?:token|key)|bearer|refresh ?token|\btokens?\b|credential|recovery ?(?:code|phrase)|seed ?phrase|one ?time ?(?:code|pass)|\b(?:otp|totp|mfa|2fa|cvv|cvc)\b|verification ?code|passwort|kennwort|zugangsdaten|contrase|mot de passe|senha|парол|密码|密碼|パスワード|비밀번호/

function wordsForSecret(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && SECRET_WORDS.test(plain(value))
}

/** As people read it: one form of each letter, nothing invisible, words apart. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/[\s_.-]+/g, ' ')
    .toLowerCase()
}

function unsafe(what: string): Refusal {
  return refuse('call.unsafe_elicitation', { seen: `the target asks with ${what}`, reason: what })
}
