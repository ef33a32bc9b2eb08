// YAML text → a plain tree with the place of every key and value (YAML 1.2 core schema, one document).
// Refused: tags, directives, more than 100 aliases, cyclic aliases, names that every object has (P-05, P-06).
// Objects of the tree have no prototype. What the tree means is for others to judge.
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { Document, Node, ParsedNode } from 'yaml'
import { replaceEnvironment } from './environment-text.ts'
import type { Environment } from './environment.ts'
import type { Finding, PathKey } from './problem.ts'
import { syntaxFinding } from './syntax-findings.ts'
import { unclosedBrackets } from './unclosed-brackets.ts'

const MAX_ALIASES = 100
const MAX_NODES = 50_000
const MAX_DEPTH = 32

/** One plain document of the core schema, and nothing clever in it. */
export const YAML_OPTIONS = {
  schema: 'core',
  version: '1.2',
  strict: true,
  stringKeys: true,
  merge: false,
  resolveKnownTags: false,
  prettyErrors: false,
  logLevel: 'error',
} as const

export type Range = readonly [number, number]
export type Place = {
  readonly key: Range | undefined
  readonly value: Range
  /** A number as it stands in the file: its double may be another. */
  readonly number?: string
}
export type Tree = {
  readonly value: unknown
  readonly places: Places
  /** Keys of `places` whose text came out of the environment. */
  readonly fromEnvironment: ReadonlySet<string>
}
/** By `placeKey(path)`. */
export type Places = ReadonlyMap<string, Place>

export function placeKey(path: readonly PathKey[]): string {
  return JSON.stringify(path)
}

export function readYaml(
  text: string,
  environment: Environment,
): { readonly tree: Tree; readonly findings: readonly Finding[] } {
  const reading = new Reading(environment)
  try {
    const document = parseDocument(text, YAML_OPTIONS)
    reading.document = document
    const unclosed = document.errors.length > 0 ? unclosedBrackets(text) : []
    reading.findings.push(...unclosed)
    for (const { code, pos } of [...document.errors, ...document.warnings]) {
      // What follows an open bracket is not indented wrongly, it is taken for a part of it.
      const follows = unclosed.some(({ range }) => range[0] < pos[0])
      if (code !== 'BAD_INDENT' || !follows) reading.findings.push(syntaxFinding(code, pos))
    }
    if (hasDirectives(document)) reading.findings.push(syntaxFinding('BAD_DIRECTIVE', [0, 1]))
    const value = document.errors.length > 0 ? undefined : reading.read(document.contents, [])
    const { places, fromEnvironment, findings } = reading
    return { tree: { value, places, fromEnvironment }, findings }
  } catch (error) {
    // The composer recurses: very deep nesting ends in a RangeError of the engine.
    if (!(error instanceof RangeError)) throw error
    return {
      tree: { value: undefined, places: new Map(), fromEnvironment: new Set() },
      findings: [syntaxFinding('RESOURCE_EXHAUSTION', [0, 1])],
    }
  }
}

function hasDirectives(document: Document): boolean {
  const { directives } = document
  if (directives === undefined) return false
  return directives.yaml.explicit === true || Object.keys(directives.tags).length > 1
}

class Reading {
  readonly places = new Map<string, Place>()
  readonly fromEnvironment = new Set<string>()
  readonly findings: Finding[] = []
  document: Document | undefined
  readonly #environment: Environment
  readonly #open = new Set<Node>()
  #aliases = 0
  #nodes = 0
  #exhausted = false

  constructor(environment: Environment) {
    this.#environment = environment
  }

  read(node: ParsedNode | Node | null, path: readonly PathKey[], key?: Range): unknown {
    const at = rangeOf(node) ?? key ?? [0, 0]
    if (this.#exhausted) return undefined
    if (++this.#nodes > MAX_NODES || path.length > MAX_DEPTH) return this.#exhaust(path, at)
    if (isAlias(node)) return this.#alias(node, path, at, key)
    const number = isScalar(node) && typeof node.value === 'number' ? node.source : undefined
    this.places.set(placeKey(path), { key, value: at, ...(number === undefined ? {} : { number }) })
    if (node === null) return null
    if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) {
      this.findings.push({ ...syntaxFinding('TAG_RESOLVE_FAILED', at), path })
    }
    if (isScalar(node)) return this.#scalar(node.value, path, at)
    if (this.#open.has(node)) return this.#exhaust(path, at)
    this.#open.add(node)
    const value = isMap(node) ? this.#map(node.items, path) : this.#sequence(node, path)
    this.#open.delete(node)
    return value
  }

  #alias(
    node: Node & { resolve: (document: Document) => Node | undefined },
    path: readonly PathKey[],
    at: Range,
    key: Range | undefined,
  ): unknown {
    if (++this.#aliases > MAX_ALIASES || this.document === undefined) return this.#exhaust(path, at)
    const target = node.resolve(this.document)
    if (target !== undefined) return this.read(target, path, key)
    // A password may begin with `*`: its place must be known, or nobody masks it.
    this.places.set(placeKey(path), { key, value: at })
    this.findings.push({ ...syntaxFinding('BAD_ALIAS', at), path })
    return undefined
  }

  #scalar(value: unknown, path: readonly PathKey[], at: Range): unknown {
    if (typeof value !== 'string') return value
    const replaced = replaceEnvironment(value, this.#environment)
    if ('problem' in replaced) {
      this.findings.push({ code: 'config.environment', path, range: at, ...replaced.problem })
      return undefined
    }
    if (replaced.used) this.fromEnvironment.add(placeKey(path))
    return replaced.text
  }

  #map(items: readonly { key: unknown; value: unknown }[], path: readonly PathKey[]): unknown {
    const members = Object.create(null) as Record<string, unknown>
    for (const { key, value } of items) {
      const name = isScalar(key) ? key.value : undefined
      const at = rangeOf(key) ?? [0, 0]
      if (typeof name !== 'string') {
        this.findings.push({ ...syntaxFinding('NON_STRING_KEY', at), path })
        continue
      }
      const inner = [...path, name]
      if (name in Object.prototype) {
        this.places.set(placeKey(inner), { key: at, value: rangeOf(value) ?? at })
        this.findings.push(reservedKey(name, inner, at))
      } else {
        members[name] = this.read(value as Node | null, inner, at)
      }
    }
    return members
  }

  #sequence(node: Node, path: readonly PathKey[]): unknown {
    if (!isSeq(node)) return undefined
    return node.items.map((item, index) => this.read(item as Node | null, [...path, index]))
  }

  #exhaust(path: readonly PathKey[], at: Range): undefined {
    this.#exhausted = true
    this.findings.push({ ...syntaxFinding('RESOURCE_EXHAUSTION', at), path })
    return undefined
  }
}

function reservedKey(name: string, path: readonly PathKey[], range: Range): Finding {
  return {
    code: 'config.reserved_key',
    path,
    range,
    message: `\`${name}\` is a name that every object has`,
    seen: `\`${name}\``,
    expected: 'a name of its own',
    fix: 'choose another name',
  }
}

function rangeOf(node: unknown): Range | undefined {
  const range = (node as { range?: readonly number[] | null } | null)?.range
  const [start, end] = range ?? []
  return start === undefined || end === undefined ? undefined : [start, end]
}
