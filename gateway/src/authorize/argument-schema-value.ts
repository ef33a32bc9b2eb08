// The keywords of JSON Schema about values by themselves (Validation §6.1–6.3), for argument-schema.ts: numbers exactly,
// as they were written; lengths in characters of Unicode; `format` says nothing here, as in the standard.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonValue, RawNumber } from '../json/value.ts'
import { valueText } from './argument-schema-equal.ts'
import { countOf, unsupported, type Keyword } from './argument-schema-keyword.ts'
import { compare, isInteger, isMultiple, isNumber } from './argument-schema-number.ts'
import type { Check } from './argument-schema-run.ts'

const TYPES: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  number: isNumber,
  integer: (value) => isNumber(value) && isInteger(value),
  object: isJsonObject,
  array: (value) => Array.isArray(value),
}
const SHOWN = 200

export const VALUE_KEYWORDS: Readonly<Record<string, Keyword>> = {
  type(value) {
    const names: readonly JsonValue[] = Array.isArray(value) ? value : [value]
    const kinds = names.map((name) => {
      const kind = typeof name === 'string' && Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
      return kind ?? unsupported('has a `type` that does not exist')
    })
    const expected = names
      .map((name) => JSON.stringify(name))
      .join(' or ')
      .replaceAll('"', '')
    return (found, run) =>
      kinds.some((kind) => kind(found)) ? undefined : run.fail(found, expected)
  },
  const: (value) => oneOf([value]),
  enum(value) {
    return Array.isArray(value) ? oneOf(value) : unsupported('has an `enum` that is no list')
  },
  minimum: bound('at least', (order) => order >= 0),
  maximum: bound('at most', (order) => order <= 0),
  exclusiveMinimum: bound('more than', (order) => order > 0),
  exclusiveMaximum: bound('less than', (order) => order < 0),
  multipleOf(value) {
    if (!isNumber(value) || compare(value, 0) <= 0) {
      return unsupported('has a `multipleOf` that is no number above 0')
    }
    return (found, run) => {
      if (!isNumber(found)) return undefined
      run.spend(20)
      return isMultiple(found, value)
        ? undefined
        : run.fail(found, `a multiple of ${textOf(value)}`)
    }
  },
  minLength: length('at least', (size, limit) => size >= limit),
  maxLength: length('at most', (size, limit) => size <= limit),
  pattern(value, { pattern }) {
    const matches = pattern(value)
    const expected = `a string that matches \`${shortened(JSON.stringify(value).slice(1, -1))}\``
    return (found, run) =>
      typeof found !== 'string' || matches(found, run.spend) ? undefined : run.fail(found, expected)
  },
}

function oneOf(values: readonly JsonValue[]): Check {
  const spend = (): void => undefined
  const allowed = new Set(values.map((value) => valueText(value, spend)))
  const expected = shortened(`one of ${JSON.stringify(values)}`)
  return (found, run) =>
    allowed.has(valueText(found, run.spend)) ? undefined : run.fail(found, expected)
}

function bound(words: string, holds: (order: number) => boolean): Keyword {
  return (limit) => {
    if (!isNumber(limit)) return unsupported('has a limit of numbers that is no number')
    return (found, run) => {
      if (!isNumber(found)) return undefined
      run.spend(typeof found === 'number' ? 0 : 5)
      return holds(compare(found, limit))
        ? undefined
        : run.fail(found, `a number of ${words} ${textOf(limit)}`)
    }
  }
}

function length(words: string, holds: (size: number, limit: number) => boolean): Keyword {
  return (value) => {
    const limit = countOf(value)
    return (found, run) => {
      if (typeof found !== 'string') return undefined
      run.spend(found.length >> 4)
      return holds(charactersOf(found), limit)
        ? undefined
        : run.fail(found, `a string of ${words} ${limit} characters`)
    }
  }
}

function charactersOf(text: string): number {
  let pairs = 0
  for (let at = 0; at < text.length; at += 1) {
    if ((text.codePointAt(at) as number) <= 0xffff) continue
    pairs += 1
    at += 1
  }
  return text.length - pairs
}

function textOf(value: number | RawNumber): string {
  return shortened(typeof value === 'number' ? String(value) : value.rawJSON)
}

function shortened(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`
}
