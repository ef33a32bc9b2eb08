// The keywords of JSON Schema about objects (Core §10.3.2, Validation §6.5), for argument-schema.ts.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { countOf, unsupported, type Keyword } from './argument-schema-keyword.ts'
import type { Check } from './argument-schema-run.ts'

const SHOWN = 64
const MAX_NAMES = 300

export const OBJECT_KEYWORDS: Readonly<Record<string, Keyword>> = {
  required(value) {
    const names = namesOf(value)
    return ofObjects((found, run) => {
      run.spend(names.length)
      const missing = names.find((name) => !Object.hasOwn(found, name))
      return missing === undefined
        ? undefined
        : run.fail(found, `the member ${quoted(missing)}`, `no member ${quoted(missing)}`)
    })
  },
  minProperties: size('at least', (count, limit) => count >= limit),
  maxProperties: size('at most', (count, limit) => count <= limit),
  properties(value, { compile }) {
    const checks = mapOf(value).map(([name, schema]) => [name, compile(schema)] as const)
    return ofObjects((found, run) => {
      for (const [name, check] of checks) {
        run.spend(1)
        if (!Object.hasOwn(found, name)) continue
        const failure = run.within(name, true, check, found[name] as JsonValue)
        if (failure !== undefined) return failure
      }
      return undefined
    })
  },
  patternProperties(value, { compile, pattern }) {
    const checks = mapOf(value).map(
      ([source, schema]) => [pattern(source), compile(schema)] as const,
    )
    return ofObjects((found, run) => {
      for (const [name, member] of Object.entries(found)) {
        for (const [matches, check] of checks) {
          if (!matches(name, run.spend)) continue
          const failure = run.within(name, false, check, member)
          if (failure !== undefined) return failure
        }
      }
      return undefined
    })
  },
  additionalProperties(value, { schema, compile, pattern }) {
    const named = new Set(mapOf(schema['properties'] ?? {}).map(([name]) => name))
    const check = value === false ? notNamed(named) : compile(value)
    const patterns = mapOf(schema['patternProperties'] ?? {}).map(([source]) => pattern(source))
    return ofObjects((found, run) => {
      for (const [name, member] of Object.entries(found)) {
        run.spend(1)
        if (named.has(name) || patterns.some((matches) => matches(name, run.spend))) continue
        const failure = run.within(name, false, check, member)
        if (failure !== undefined) return failure
      }
      return undefined
    })
  },
  propertyNames(value, { compile }) {
    const check = compile(value)
    return ofObjects((found, run) => {
      for (const name of Object.keys(found)) {
        const failure = run.enter(check, name)
        if (failure !== undefined) {
          return {
            ...failure,
            seen: 'a name of a member',
            expected: `as a name ${failure.expected}`,
          }
        }
      }
      return undefined
    })
  },
  dependentRequired(value) {
    const needs = mapOf(value).map(([name, needed]) => [name, namesOf(needed)] as const)
    return ofObjects((found, run) => {
      for (const [name, needed] of needs) {
        run.spend(1 + needed.length)
        if (!Object.hasOwn(found, name)) continue
        const missing = needed.find((one) => !Object.hasOwn(found, one))
        if (missing === undefined) continue
        const expected = `the member ${quoted(missing)} beside ${quoted(name)}`
        return run.fail(found, expected, `no member ${quoted(missing)}`)
      }
      return undefined
    })
  },
  dependentSchemas(value, { compile }) {
    const needs = mapOf(value).map(([name, schema]) => [name, compile(schema)] as const)
    return ofObjects((found, run) => {
      for (const [name, check] of needs) {
        run.spend(1)
        const failure = Object.hasOwn(found, name) ? run.enter(check, found) : undefined
        if (failure !== undefined) return failure
      }
      return undefined
    })
  },
}

function notNamed(names: Iterable<string>): Check {
  const known = [...names].map(quoted).join(', ').slice(0, MAX_NAMES)
  const expected = known === '' ? 'no members' : `no other members than ${known}`
  return (value, run) => run.fail(value, expected, 'a member that the schema does not have')
}

function ofObjects(
  check: (found: JsonObject, run: Parameters<Check>[1]) => ReturnType<Check>,
): Check {
  return (found, run) => (isJsonObject(found) ? check(found, run) : undefined)
}

function size(words: string, holds: (count: number, limit: number) => boolean): Keyword {
  return (value) => {
    const limit = countOf(value)
    return ofObjects((found, run) => {
      const count = Object.keys(found).length
      run.spend(count >> 4)
      return holds(count, limit)
        ? undefined
        : run.fail(found, `an object of ${words} ${limit} members`)
    })
  }
}

function mapOf(value: JsonValue): readonly [string, JsonValue][] {
  return isJsonObject(value) ? Object.entries(value) : unsupported('has something else for a map')
}

function namesOf(value: JsonValue): readonly string[] {
  const isNames = Array.isArray(value) && value.every((name) => typeof name === 'string')
  return isNames ? value : unsupported('has something else for a list of names')
}

function quoted(name: string): string {
  return `\`${name.slice(0, SHOWN)}\``
}
