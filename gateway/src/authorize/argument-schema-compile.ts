// An input schema made into a check, for argument-schema.ts: JSON Schema 2020-12 (the default of MCP), 2019-09 and
// draft-07. Every keyword that constrains is checked; one that is not known here makes the schema unsupported, so that
// nothing counts as checked that is not. References lead within the document.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { ARRAY_KEYWORDS } from './argument-schema-array.ts'
import { UnsupportedSchema, type Keyword, type Surrounding } from './argument-schema-keyword.ts'
import { compilePattern, type Matcher } from './argument-schema-pattern.ts'
import { UnsupportedPattern } from './argument-schema-pattern-parse.ts'
import { LOGIC_KEYWORDS } from './argument-schema-logic.ts'
import { OBJECT_KEYWORDS } from './argument-schema-object.ts'
import type { Check } from './argument-schema-run.ts'
import { VALUE_KEYWORDS } from './argument-schema-value.ts'

const DRAFT_7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/
const LATER = /^https?:\/\/json-schema\.org\/draft\/(2019-09|2020-12)\/schema#?$/
const MAX_PATTERNS = 200

/** In the order in which they speak: what a value is before what it holds. */
const KEYWORDS: ReadonlyMap<string, Keyword> = new Map(
  [VALUE_KEYWORDS, OBJECT_KEYWORDS, ARRAY_KEYWORDS, LOGIC_KEYWORDS].flatMap((keywords) =>
    Object.entries(keywords),
  ),
)

const ANNOTATIONS = new Set(
  '$schema $comment $defs definitions title description default examples example deprecated readOnly writeOnly format contentEncoding contentMediaType contentSchema markdownDescription enumDescriptions enumNames'.split(
    ' ',
  ),
)
const ALWAYS: Check = () => undefined
const NEVER: Check = (value, run) => run.fail(value, 'nothing: the schema allows no value here')

/** Throws `UnsupportedSchema` with a reason that follows "the input schema". */
export function compileSchema(root: JsonObject): Check {
  const dialect = root['$schema']
  const isDraft7 = typeof dialect === 'string' && DRAFT_7.test(dialect)
  if (dialect !== undefined && !isDraft7 && !(typeof dialect === 'string' && LATER.test(dialect))) {
    throw new UnsupportedSchema('is of another version of JSON Schema')
  }
  const made = new Map<JsonValue, Check>()
  const matchers = new Map<string, Matcher>()

  function compile(schema: JsonValue): Check {
    if (typeof schema === 'boolean') return schema ? ALWAYS : NEVER
    if (!isJsonObject(schema))
      throw new UnsupportedSchema('has something else where a schema is due')
    const known = made.get(schema)
    if (known !== undefined) return known
    let checks: readonly Check[] = []
    const check: Check = (value, run) => {
      for (const one of checks) {
        run.spend(1)
        const failure = one(value, run)
        if (failure !== undefined) return failure
      }
      return undefined
    }
    // Before its parts, so that they may refer back to it.
    made.set(schema, check)
    checks = checksOf(schema)
    return check
  }

  function checksOf(schema: JsonObject): readonly Check[] {
    for (const keyword of Object.keys(schema)) {
      const isKnown = KEYWORDS.has(keyword) || ANNOTATIONS.has(keyword) || keyword.startsWith('x-')
      if (isKnown || (keyword === '$id' && schema === root)) continue
      throw new UnsupportedSchema(
        `has the keyword \`${keyword.slice(0, 64)}\`, which is not checked`,
      )
    }
    if (isDraft7 && Object.hasOwn(schema, '$ref')) {
      const beside = Object.keys(schema).find((name) => name !== '$ref' && KEYWORDS.has(name))
      if (beside !== undefined) {
        throw new UnsupportedSchema(
          `has \`${beside}\` beside a \`$ref\`, where draft-07 ignores it`,
        )
      }
    }
    for (const definitions of [schema['$defs'], schema['definitions']]) {
      if (isJsonObject(definitions)) Object.values(definitions).forEach(compile)
    }
    const around: Surrounding = { schema, isDraft7, compile, pattern, at: resolve }
    const checks: Check[] = []
    for (const [keyword, make] of KEYWORDS) {
      if (!Object.hasOwn(schema, keyword)) continue
      const check = make(schema[keyword] as JsonValue, around)
      if (check !== undefined) checks.push(check)
    }
    return checks
  }

  function pattern(source: JsonValue): Matcher {
    if (typeof source !== 'string') throw new UnsupportedSchema('has a pattern that is no text')
    const known = matchers.get(source)
    if (known !== undefined) return known
    if (matchers.size >= MAX_PATTERNS) {
      throw new UnsupportedSchema(`has more than ${MAX_PATTERNS} patterns`)
    }
    try {
      const matcher = compilePattern(source)
      matchers.set(source, matcher)
      return matcher
    } catch (error) {
      if (!(error instanceof UnsupportedPattern)) throw error
      throw new UnsupportedSchema(
        `has the pattern \`${source.slice(0, 64)}\`, which ${error.message}`,
      )
    }
  }

  function resolve(reference: JsonValue): Check {
    const found = typeof reference === 'string' ? lookUp(root, reference) : undefined
    if (found === undefined) {
      throw new UnsupportedSchema('has a `$ref` that leads to nothing in the document')
    }
    return compile(found)
  }

  return compile(root)
}

/** RFC 6901 §6: a pointer in a fragment. */
function lookUp(root: JsonObject, reference: string): JsonValue | undefined {
  if (!/^#(\/|$)/.test(reference)) return undefined
  let found: JsonValue | undefined = root
  for (const step of reference.split('/').slice(1)) {
    const name = unescaped(step)
    if (Array.isArray(found) && /^\d+$/.test(name)) found = found[Number(name)] as JsonValue
    else if (isJsonObject(found) && Object.hasOwn(found, name)) found = found[name]
    else return undefined
  }
  return found
}

function unescaped(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return step
  }
}
