// Where calls of one scope and tool were partly made and partly denied: a condition on the arguments that holds for
// the former and for none of the latter, the simplest that does (one limit, then limits together, then the very
// calls). What the log does not hold of a call cannot tell it from another.
import type { JsonValue } from '../json/value.ts'
import { isRawNumber } from '../json/raw-number.ts'
import { cedarText } from './cedar-text.ts'
import type { Attribute, InputType } from './input-type.ts'
import { decimalOf, longOf } from './number-text.ts'
import type { RecordedCall } from './recorded-call.ts'

type Call = Pick<RecordedCall, 'args' | 'known'>
/** A test of calls, and its operands in Cedar's notation. */
type Limit = { readonly text: readonly string[]; readonly holds: (call: Call) => boolean }

/** Operands of a `when`; `undefined` where nothing that the log holds tells the calls apart. */
export function separate(
  made: readonly Call[],
  denied: readonly Call[],
  input: InputType,
): readonly string[] | undefined {
  const attributes = input.kind === 'record' ? [...input.attributes] : []
  const fields = attributes.filter(([name, { type }]) => {
    if (!isComparable(type)) return false
    return (
      [...made, ...denied].every((call) => isKnown(call, name)) &&
      made.every(({ args }) => args[name] === undefined || converts(type, args[name]))
    )
  })
  const present = fields.filter(([name]) => made.every(({ args }) => args[name] !== undefined))
  const single = present.flatMap(([name, attribute]) => limitsOf(name, attribute, made))
  const excludes = (limits: readonly Limit[]) =>
    denied.every((call) => limits.some(({ holds }) => !holds(call)))
  const enough = single.find((limit) => excludes([limit]))
  if (enough !== undefined) return enough.text
  if (excludes(single)) return [...new Set(single.flatMap(({ text }) => text))]
  const exact = made.map((call) =>
    fields.flatMap(([name, attribute]) => exactly(name, attribute, call)),
  )
  const told = denied.every((call) =>
    exact.every((limits) => limits.some(({ holds }) => !holds(call))),
  )
  if (!told) return undefined
  const texts = exact.map((limits) => `(${limits.flatMap(({ text }) => text).join(' && ')})`)
  return [[...new Set(texts)].join(' || ')]
}

/** Limits that hold for all of the calls. */
function limitsOf(name: string, attribute: Attribute, calls: readonly Call[]): readonly Limit[] {
  const { type } = attribute
  const values = calls.map(({ args }) => args[name] as JsonValue)
  if (type.kind !== 'long' && type.kind !== 'decimal') return [oneOf(name, attribute, values)]
  const sorted = values.toSorted((a, b) => numberOf(a) - numberOf(b))
  const [least] = sorted
  const most = sorted.at(-1)
  if (least === undefined || most === undefined) return []
  return [
    bound(name, attribute, most, 'most'),
    bound(name, attribute, least, 'least'),
    oneOf(name, attribute, values),
  ]
}

function bound(
  name: string,
  attribute: Attribute,
  value: JsonValue,
  side: 'most' | 'least',
): Limit {
  const at = place(name)
  const literal = literalOf(attribute.type, value)
  const long = attribute.type.kind === 'long'
  const [operator, method] =
    side === 'most' ? ['<=', 'lessThanOrEqual'] : ['>=', 'greaterThanOrEqual']
  const text = long ? `${at} ${operator} ${literal}` : `${at}.${method}(${literal})`
  const border = numberOf(value)
  return {
    text: guarded(name, attribute, text),
    holds: ({ args }) => {
      const seen = args[name]
      if (seen === undefined) return false
      return side === 'most' ? numberOf(seen) <= border : numberOf(seen) >= border
    },
  }
}

function oneOf(name: string, attribute: Attribute, values: readonly JsonValue[]): Limit {
  const literals = [...new Set(values.map((value) => literalOf(attribute.type, value)))].toSorted()
  const [only] = literals
  const at = place(name)
  const text =
    literals.length === 1 ? `${at} == ${only}` : `[${literals.join(', ')}].contains(${at})`
  return {
    text: guarded(name, attribute, text),
    holds: ({ args }) => {
      const seen = args[name]
      return seen !== undefined && literals.includes(literalOf(attribute.type, seen))
    },
  }
}

/** This value, or none. */
function exactly(name: string, attribute: Attribute, call: Call): readonly Limit[] {
  const value = call.args[name]
  if (value !== undefined) return [oneOf(name, attribute, [value])]
  if (attribute.required) return []
  return [{ text: [`!(${has(name)})`], holds: ({ args }) => args[name] === undefined }]
}

function guarded(name: string, { required }: Attribute, text: string): readonly string[] {
  return required ? [text] : [has(name), text]
}

function has(name: string): string {
  return `context.input has ${isIdentifier(name) ? name : cedarText(name)}`
}

function place(name: string): string {
  return isIdentifier(name) ? `context.input.${name}` : `context.input[${cedarText(name)}]`
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !RESERVED.has(name)
}
const RESERVED = new Set(['true', 'false', 'if', 'then', 'else', 'in', 'like', 'has', 'is'])

function isComparable({ kind }: InputType): boolean {
  return ['string', 'boolean', 'long', 'decimal', 'enum'].includes(kind)
}

function isKnown({ known }: Call, name: string): boolean {
  return (
    known === 'all' ||
    known.some((path) => path.length === 0 || (path.length === 1 && path[0] === name))
  )
}

/** A policy that reads a value that does not convert denies the call. */
function converts({ kind }: InputType, value: JsonValue): boolean {
  const isNumber = typeof value === 'number' || isRawNumber(value)
  if (kind === 'long') return isNumber && typeof longOf(textOf(value)) === 'bigint'
  if (kind === 'decimal') return isNumber && typeof decimalOf(textOf(value)) === 'string'
  return kind === 'boolean' ? typeof value === 'boolean' : typeof value === 'string'
}

/** Equal literals are equal values. */
function literalOf(type: InputType, value: JsonValue): string {
  if (type.kind === 'enum') return `${type.entity}::${cedarText(wordOf(value))}`
  if (type.kind === 'boolean') return String(value === true)
  if (type.kind === 'string') return cedarText(wordOf(value))
  const text = textOf(value)
  if (type.kind === 'long') {
    const long = longOf(text)
    return typeof long === 'bigint' ? String(long) : '0'
  }
  const decimal = decimalOf(text)
  return `decimal("${typeof decimal === 'string' ? decimal : '0.0'}")`
}

function wordOf(value: JsonValue): string {
  return typeof value === 'string' ? value : ''
}

function textOf(value: JsonValue): string {
  if (typeof value === 'number') return String(value)
  return isRawNumber(value) ? value.rawJSON : ''
}

function numberOf(value: JsonValue): number {
  return Number(textOf(value))
}
