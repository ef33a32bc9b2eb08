// MUST NOT (MCP 2026-07-28, client/elicitation): a form never asks for a secret. A form is one where a free field, or the
// question or the form around such a field, sounds like one: by name, title, description or format. A yes-no question
// and a choice among what the target lists can carry none. This finds the plain cases; whoever hides the question hides
// it from people too.
import { isJsonObject, isRawNumber } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import { soundsSecret } from '../../secrets/redaction.ts'

const MAX_FIELDS = 64
const PLAIN = new Set<JsonValue | undefined>(['string', 'number', 'integer', 'boolean'])

export function judgeForm(params: JsonObject): Refusal | undefined {
  const { message, requestedSchema: schema } = params
  const properties = isJsonObject(schema) ? schema['properties'] : undefined
  if (!isJsonObject(schema) || !isJsonObject(properties)) return unsafe('a form without fields')
  const fields = Object.entries(properties)
  if (fields.length > MAX_FIELDS) return unsafe(`a form of more than ${MAX_FIELDS} fields`)
  let free = false
  for (const [name, field] of fields) {
    const filled = filledIn(field)
    if (!isJsonObject(field) || filled === undefined) {
      return unsafe('a field that is no plain value')
    }
    if (filled['type'] === 'boolean' || isChoice(filled)) continue
    free = true
    const secret = soundsSecret(plain(name)) || wordsForSecret(name)
    if (secret || asksForSecret(field) || asksForSecret(filled)) return unsafe(SECRET)
  }
  const around = [message, schema['title'], schema['description']]
  return free && around.some(wordsForSecret) ? unsafe(SECRET) : undefined
}

/** The field, or the items of a list. MUST (client/elicitation): flat, of primitive values; `undefined` if it is not. */
function filledIn(field: JsonValue): JsonObject | undefined {
  if (!isJsonObject(field)) return undefined
  const { type, items } = field
  if (type !== 'array') return PLAIN.has(type) ? field : undefined
  if (!isJsonObject(items)) return undefined
  // The items of a choice with titles need no type.
  const fit = PLAIN.has(items['type']) || (items['type'] === undefined && isChoice(items))
  return fit ? items : undefined
}

/** Every list that a client could take the choices from holds some: an empty or odd one leaves a field for text. */
function isChoice({ enum: values, oneOf, anyOf }: JsonObject): boolean {
  const lists = [values, titled(oneOf), titled(anyOf)].filter((list) => list !== undefined)
  return lists.length > 0 && lists.every(areScalars)
}

/** The values of choices with titles (`const` and `title`). */
function titled(choices: JsonValue | undefined): JsonValue | undefined {
  if (!Array.isArray(choices)) return choices
  return choices.map((choice: JsonValue) =>
    isJsonObject(choice) ? (choice['const'] ?? null) : null,
  )
}

function areScalars(list: JsonValue): boolean {
  return Array.isArray(list) && list.length > 0 && list.every(isScalar)
}

function isScalar(value: JsonValue): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value) || isRawNumber(value)
}

const SECRET = 'a form that asks for a secret'

function asksForSecret({ format, title, description, default: given }: JsonObject): boolean {
  return format === 'password' || [title, description, given].some(wordsForSecret)
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
