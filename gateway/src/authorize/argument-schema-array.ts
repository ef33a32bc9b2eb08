// The keywords of JSON Schema about arrays (Core §10.3.1, Validation §6.4; draft-07 §6.4), for argument-schema.ts.
import type { JsonValue } from '../json/value.ts'
import { valueText } from './argument-schema-equal.ts'
import { countOf, unsupported, type Keyword } from './argument-schema-keyword.ts'
import type { Check, Run } from './argument-schema-run.ts'

type Items = readonly JsonValue[]

export const ARRAY_KEYWORDS: Readonly<Record<string, Keyword>> = {
  minItems: size('at least', (count, limit) => count >= limit),
  maxItems: size('at most', (count, limit) => count <= limit),
  uniqueItems(value) {
    if (typeof value !== 'boolean') return unsupported('has a `uniqueItems` that is no boolean')
    if (!value) return undefined
    return ofArrays((found, run) => {
      const seen = new Set<string>()
      for (const item of found) {
        const text = valueText(item, run.spend)
        if (seen.has(text)) return run.fail(found, 'items that differ', 'an item more than once')
        seen.add(text)
      }
      return undefined
    })
  },
  prefixItems(value, { isDraft7, compile }) {
    if (isDraft7) return unsupported('has `prefixItems`, which draft-07 does not know')
    return inOrder(listOf(value).map(compile))
  },
  items(value, { schema, isDraft7, compile }) {
    if (!Array.isArray(value)) {
      const before = schema['prefixItems']
      return from(before === undefined ? 0 : listOf(before).length, compile(value))
    }
    if (!isDraft7) return unsupported('has a list as `items`, which is of draft-07')
    return inOrder(value.map(compile))
  },
  additionalItems(value, { schema, isDraft7, compile }) {
    if (!isDraft7) return unsupported('has `additionalItems`, which is of draft-07')
    const check = compile(value)
    return Array.isArray(schema['items']) ? from(schema['items'].length, check) : undefined
  },
  contains(value, { schema, isDraft7, compile }) {
    const check = compile(value)
    const least = isDraft7 ? 1 : countOf(schema['minContains'] ?? 1)
    const most = isDraft7 ? Infinity : limitOf(schema['maxContains'])
    return ofArrays((found, run) => {
      const count = found.filter((item) => run.enter(check, item) === undefined).length
      if (count >= least && count <= most) return undefined
      const upTo = most === Infinity ? '' : ` and at most ${most}`
      return run.fail(found, `at least ${least}${upTo} items of a certain kind`)
    })
  },
  minContains: (value, { isDraft7 }) => void (isDraft7 ? later() : countOf(value)),
  maxContains: (value, { isDraft7 }) => void (isDraft7 ? later() : countOf(value)),
}

function later(): never {
  return unsupported('counts what an array contains, which draft-07 does not know')
}

function limitOf(value: JsonValue | undefined): number {
  return value === undefined ? Infinity : countOf(value)
}

function ofArrays(check: (found: Items, run: Run) => ReturnType<Check>): Check {
  return (found, run) => (Array.isArray(found) ? check(found as Items, run) : undefined)
}

/** Each item by its own schema, as far as there are both. */
function inOrder(checks: readonly Check[]): Check {
  return ofArrays((found, run) => {
    for (const [at, check] of checks.entries()) {
      if (at >= found.length) break
      const failure = run.within(at, true, check, found[at] as JsonValue)
      if (failure !== undefined) return failure
    }
    return undefined
  })
}

/** All items from one on by the same schema. */
function from(start: number, check: Check): Check {
  return ofArrays((found, run) => {
    for (let at = start; at < found.length; at += 1) {
      const failure = run.within(at, true, check, found[at] as JsonValue)
      if (failure !== undefined) return failure
    }
    return undefined
  })
}

function size(words: string, holds: (count: number, limit: number) => boolean): Keyword {
  return (value) => {
    const limit = countOf(value)
    return ofArrays((found, run) =>
      holds(found.length, limit)
        ? undefined
        : run.fail(found, `an array of ${words} ${limit} items`),
    )
  }
}

function listOf(value: JsonValue): Items {
  return Array.isArray(value) && value.length > 0
    ? (value as Items)
    : unsupported('has something else for a list of schemas')
}
