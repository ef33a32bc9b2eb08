// The keywords of JSON Schema that put schemas together (Core §8.2.3, §10.2), for argument-schema.ts.
import type { JsonValue } from '../json/value.ts'
import { unsupported, type Keyword, type Surrounding } from './argument-schema-keyword.ts'
import type { Check } from './argument-schema-run.ts'

export const LOGIC_KEYWORDS: Readonly<Record<string, Keyword>> = {
  $ref(value, { at }) {
    const check = at(value)
    return (found, run) => run.enter(check, found)
  },
  allOf(value, { compile }) {
    const checks = listOf(value).map(compile)
    return (found, run) => {
      for (const check of checks) {
        const failure = run.enter(check, found)
        if (failure !== undefined) return failure
      }
      return undefined
    }
  },
  anyOf(value, { compile }) {
    const checks = listOf(value).map(compile)
    return (found, run) => {
      let last: ReturnType<Check>
      for (const check of checks) {
        last = run.enter(check, found)
        if (last === undefined) return undefined
      }
      if (checks.length === 1) return last
      return run.fail(found, `what one of ${checks.length} alternatives allows`)
    }
  },
  oneOf(value, { compile }) {
    const checks = listOf(value).map(compile)
    return (found, run) => {
      const fitting = checks.filter((check) => run.enter(check, found) === undefined).length
      return fitting === 1
        ? undefined
        : run.fail(found, `what exactly one of ${checks.length} alternatives allows`)
    }
  },
  not(value, { compile }) {
    const check = compile(value)
    return (found, run) =>
      run.enter(check, found) === undefined
        ? run.fail(found, 'something else: the schema excludes it')
        : undefined
  },
  if(value, { schema, compile }) {
    const condition = compile(value)
    const [whenMet, whenNot] = [schema['then'], schema['else']].map(
      (branch) => branch !== undefined && compile(branch),
    )
    return (found, run) => {
      const branch = run.enter(condition, found) === undefined ? whenMet : whenNot
      return branch ? run.enter(branch, found) : undefined
    }
  },
  // Without an `if` they say nothing; they are schemas all the same.
  ...Object.fromEntries(['then', 'else'].map((name) => [name, isSchema])),
}

function isSchema(value: JsonValue, { compile }: Surrounding): undefined {
  compile(value)
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) && value.length > 0
    ? (value as readonly JsonValue[])
    : unsupported('has something else for a list of schemas')
}
