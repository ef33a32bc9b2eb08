// Arguments that a tool wants mirrored in headers (`x-mcp-header`, SEP-2243; attacks M-14). A declaration that
// the revision does not allow makes the whole tool unfit: clients drop such tools, and a header name is never
// taken from a target unchecked.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import type { ParamHeader } from './entry.ts'

const KEYWORD = 'x-mcp-header'
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/
const SENSITIVE =
  /^(authorization|proxy-.*|cookie2?|set-cookie2?|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|content-length|expect|forwarded|x-forwarded-.*|x-real-ip|mcp-.*|x-sallyport-.*)$/
const TYPES = new Set<JsonValue | undefined>(['string', 'integer', 'boolean'])
const DATA = new Set(['enum', 'const', 'default', 'examples', 'example'])

/** The declarations of an input schema; or, in words, what is wrong with one of them. */
export function headerDeclarations(
  inputSchema: JsonObject,
): { readonly headers: readonly ParamHeader[] } | { readonly fault: string } {
  const headers: ParamHeader[] = []
  const names = new Set<string>()

  function declare(schema: JsonObject, path: readonly string[]): string | undefined {
    const name = schema[KEYWORD]
    // MUST (SEP-2243): a non-empty token on a property of type string, integer or boolean, unique but for case.
    if (typeof name !== 'string' || !TOKEN.test(name)) return `${KEYWORD} is no header name`
    const lower = name.toLowerCase()
    if (SENSITIVE.test(lower)) return `${KEYWORD} names the header ${lower}`
    if (!TYPES.has(schema['type'])) return `${KEYWORD} stands on a type that it may not stand on`
    if (names.has(lower)) return `${KEYWORD} names ${lower} twice`
    names.add(lower)
    headers.push({ header: `Mcp-Param-${name}`, path })
    return undefined
  }

  /** `path` is undefined where a chain of `properties` alone does not lead. */
  function visit(value: JsonValue, path: readonly string[] | undefined): string | undefined {
    if (Array.isArray(value))
      return first(value.map((item: JsonValue) => () => visit(item, undefined)))
    if (!isJsonObject(value)) return undefined
    if (Object.hasOwn(value, KEYWORD)) {
      if (path === undefined || path.length === 0) return `${KEYWORD} stands where no argument is`
      const fault = declare(value, path)
      if (fault !== undefined) return fault
    }
    return first(
      Object.entries(value).map(([keyword, member]) => () => {
        if (DATA.has(keyword)) return undefined
        if (keyword !== 'properties' || !isJsonObject(member)) return visit(member, undefined)
        return first(
          Object.entries(member).map(
            ([name, property]) =>
              () =>
                visit(property, path && [...path, name]),
          ),
        )
      }),
    )
  }

  const fault = visit(inputSchema, [])
  return fault === undefined ? { headers } : { fault }
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const fault = check()
    if (fault !== undefined) return fault
  }
  return undefined
}
