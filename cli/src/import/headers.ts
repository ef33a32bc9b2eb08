// Headers of another program's file, without what they hold: the scheme before the secret, and the variable that the file
// itself names. A literal stays where it is.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import { stringOf } from '../mcp/shape.ts'
import type { ImportedHeader } from './source.ts'

/** `${env:NAME}`, `${NAME}`, `$NAME`; with `:-default` nothing of ours corresponds. */
const VARIABLE = /^(?:\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*))$/
const SCHEME = /^((?:Bearer|Basic|Token|ApiKey|Api-Key|Key) +)(.*)$/is

export function importedHeaders(headers: JsonObject | undefined): readonly ImportedHeader[] {
  return Object.entries(headers ?? {}).map(([name, value]) =>
    importedHeader(name, stringOf(value) ?? ''),
  )
}

export function importedHeader(name: string, value: string): ImportedHeader {
  const [, scheme = '', rest = value] = SCHEME.exec(value) ?? []
  const found = VARIABLE.exec(rest)
  return {
    name: name.toLowerCase(),
    prefix: scheme === '' ? '' : `${scheme.trim()} `,
    variable: found?.[1] ?? found?.[2],
  }
}
