// What can be wrong with a configuration: one closed list of codes, each with its meaning and a fix for all
// cases. A Problem is one of them at one place. Values of secrets are never in it (P-05).

// prettier-ignore
export const CONFIG_PROBLEMS = {
  'config.unreadable': { what: 'a file that the configuration needs cannot be read', fix: 'correct the path, or let the gateway read the file' },
  'config.invalid_yaml': { what: 'the file is not one plain YAML 1.2 document', fix: 'correct the syntax at this place; tags, directives and a second document are not accepted' },
  'config.too_complex': { what: 'the file is too large, nested too deeply, or expands too many aliases', fix: 'write a smaller file, and values instead of aliases' },
  'config.reserved_key': { what: 'a key has a name that every object has', fix: 'choose another name' },
  'config.unknown_key': { what: 'the key is not known at this place', fix: 'correct the spelling, or remove it' },
  'config.missing': { what: 'a required key is missing', fix: 'add the key' },
  'config.invalid_value': { what: 'the value is not one of those that are accepted here', fix: 'write a value of the expected form' },
  'config.invalid_key': { what: 'the name of the entry does not have the required form', fix: 'rename the entry' },
  'config.environment': { what: 'a `${NAME}` cannot be replaced', fix: 'set the environment variable, or write the value' },
  'config.conflict': { what: 'two settings contradict each other', fix: 'change one of them' },
  'config.insecure': { what: 'the setting is not safe without a relaxation that is written out', fix: 'use the safe form, or write the named relaxation' },
  'config.not_in_this_version': { what: 'the setting belongs to a capability that this version does not have', fix: 'use what this version offers' },
} as const satisfies Record<string, { readonly what: string; readonly fix: string }>

export type ProblemCode = keyof typeof CONFIG_PROBLEMS
export type PathKey = string | number

/** One mistake, complete enough to mend it without opening the documentation. */
export type Problem = {
  readonly code: ProblemCode
  readonly file: string
  /** One-based; 1:1 where the problem is the whole file. */
  readonly line: number
  readonly column: number
  /** Where in the configuration, such as `targets.market.url`; empty for the whole. */
  readonly path: string
  /** What is wrong, in words. */
  readonly message: string
  /** What stands there, redacted; `undefined` where nothing does. */
  readonly seen: string | undefined
  readonly expected: string
  readonly fix: string
  /** The line of the file with secrets masked, and where in it the mark goes. */
  readonly excerpt:
    { readonly text: string; readonly from: number; readonly length: number } | undefined
}

/** A problem before it knows its line: the range is in characters of the text. */
export type Finding = {
  readonly code: ProblemCode
  readonly path: readonly PathKey[]
  readonly range: readonly [number, number]
  readonly message: string
  readonly seen?: string
  readonly expected: string
  readonly fix: string
}

export function pathText(path: readonly PathKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    const name = /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key.slice(0, 80))
    return text === '' ? name : `${text}.${name}`
  }, '')
}
