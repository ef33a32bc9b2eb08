// The arguments of a call: a JSON object from a file or standard input, then single ones, each read in the
// type that the tool's input schema declares. Numbers keep their text.
import { readFile } from 'node:fs/promises'
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { CommandFailure } from '../exit-codes.ts'
import { objectOf, stringOf } from '../mcp/shape.ts'
import { parseExact } from '../terminal/exact-json.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Texts as they were given, by name: what is wrong with them is said before anybody is asked for anything. */
export function readPairs(given: readonly string[]): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>()
  for (const pair of given) {
    const equals = pair.indexOf('=')
    if (equals < 1) {
      const fix = 'write it as name=value'
      throw new CommandFailure('usage', `\`${pair}\` is no argument`, { fix })
    }
    const name = pair.slice(0, equals)
    if (pairs.has(name)) {
      const fix = 'give it once; several values are one JSON array'
      throw new CommandFailure('usage', `\`${name}\` is given twice`, { fix })
    }
    pairs.set(name, pair.slice(equals + 1))
  }
  return pairs
}

export async function readArguments(
  pairs: ReadonlyMap<string, string>,
  argsFile: string | undefined,
  definition: JsonObject | undefined,
  terminal: Pick<Terminal, 'readInput'>,
): Promise<JsonObject> {
  const args = new Map<string, JsonValue>()
  if (argsFile !== undefined) {
    const text = await readText(argsFile, terminal)
    for (const [name, value] of Object.entries(parseObject(text, argsFile))) args.set(name, value)
  }
  for (const [name, text] of pairs) args.set(name, read(name, text, declaredType(definition, name)))
  return Object.fromEntries(args)
}

export async function readText(
  path: string,
  terminal: Pick<Terminal, 'readInput'>,
): Promise<string> {
  if (path === '-') return terminal.readInput()
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CommandFailure('noInput', `\`${path}\` cannot be read`, { cause })
  })
}

export function parseObject(text: string, source: string): JsonObject {
  const value = objectOf(parseExact(text))
  if (value !== undefined) return value
  const where = source === '-' ? 'standard input' : `\`${source}\``
  throw new CommandFailure('usage', `${where} holds no JSON object`)
}

function declaredType(definition: JsonObject | undefined, name: string): string | undefined {
  const properties = objectOf(objectOf(definition?.['inputSchema'])?.['properties']) ?? {}
  const declared = Object.hasOwn(properties, name) ? objectOf(properties[name]) : undefined
  return stringOf(declared?.['type'])
}

/** Without a declared type: JSON where it is JSON, a string where it is not. */
function read(name: string, text: string, type: string | undefined): JsonValue {
  if (type === 'string') return text
  const value = parseExact(text)
  if (value !== undefined) return value
  if (type === undefined) return text
  const fix = type === 'array' || type === 'object' ? 'write it as JSON' : undefined
  const message = `\`${name}\` must be of type ${type}, not \`${text}\``
  throw new CommandFailure('usage', message, fix === undefined ? {} : { fix })
}
