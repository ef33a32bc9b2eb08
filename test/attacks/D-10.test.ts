// Regular expressions of ours whose cost is more than the length of their input. Every literal of the gateway and of the
// command is taken out of the syntax tree and judged by its automaton (test/support/regex-ambiguity.ts), not by a clock.
// None is exponential. Those that are polynomial or cannot be judged stand here with what bounds them.
import { parseFileSync } from '@swc/core'
import { globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROOT } from '../docs/page.ts'
import { ambiguityOf, type Ambiguity } from '../support/regex-ambiguity.ts'

/** `file` and pattern → why it is bounded all the same. Polynomial in a short text, or in one of the operator's own. */
const REVIEWED: Readonly<Record<string, string>> = {
  'cli/src/terminal/plain-text.ts (?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[\\s\\S]*?(?:\\u0007|\\u001b\\\\|\\u009c|$)':
    'the end of the text always matches, so that nothing is tried twice',
  'cli/src/import/headers.ts ^((?:Bearer|Basic|Token|ApiKey|Api-Key|Key) +)(.*)$':
    'what follows takes everything to the end (`s`), and cannot fail',
  'cli/src/import/target-ids.ts ^-+|-+$': 'a name in a file of the operator',
  'cli/src/import/target-ids.ts -+$': 'a name of at most 64 characters',
  'cli/src/import/to-targets.ts \\{[^}]*\\}|<[^>]*>': 'a URL in a file of the operator',
  'cli/src/import/to-targets.ts ^(?:10\\.|192\\.168\\.|172\\.(?:1[6-9]|2\\d|3[01])\\.|169\\.254\\.)|\\.(?:internal|local|lan|svc|corp|home)$|^[^.]+$':
    'a host in a file of the operator; the endless part is held at the start',
  'gateway/src/observe/trace-context.ts ^[ \\t]+|[ \\t]+$': 'a state of at most 512 characters',
  'gateway/src/in/decimal.ts 0+$': 'a number of at most 64 characters',
  'gateway/src/authorize/number-text.ts 0+$': 'a number of at most 64 characters',
  'gateway/src/catalogue/cross-target.ts [.-]+$':
    'a word of 128 characters at most, of 16 KiB in all',
  'gateway/src/catalogue/scan/encoded.ts (?:(?:\\\\x|%|\\\\u00|0x|&#x)?[0-9a-fA-F]{2}[ ,;]?){24,}':
    'at the 24th pair it has matched: before that at most so many are tried again',
  'gateway/src/catalogue/scan/hidden.ts \\n(?:[ \\t\\r]{0,200}\\n){24,}|[ \\t\\u00a0\\u2000-\\u200a\\u3000]{160,}':
    'counted: at most 24 lines of 200, or 160 characters, are tried again',
  'gateway/src/authorize/argument-schema-pattern-parse.ts \\\\(?:u\\{[0-9a-f]+\\}|u[dD][89abAB][0-9a-f]{2}\\\\u[dD][c-fC-F][0-9a-f]{2}|u[0-9a-f]{4}|x[0-9a-f]{2}|c[a-z]|[pP]\\{[^}]*\\}|.)':
    'sticky: it is tried at one place, of a pattern of at most 1000 characters',
  'gateway/src/authorize/argument-schema-pattern-parse.ts (?:[*+?]|\\{(\\d+)(,?)(\\d*)\\})\\??':
    'sticky: it is tried at one place, of a pattern of at most 1000 characters',
  'gateway/src/authorize/split-policies.ts \\/\\/[^\\n]*|"(?:[^"\\\\]|\\\\[^])*"?|;|\\s+|[^]':
    'policies are the operator’s; any character matches, so that no place is tried twice',
  'gateway/src/authorize/split-policies.ts \\/\\/[^\\n]*|"(?:[^"\\\\]|\\\\[^])*"|\\w+|&&|\\|\\||[^]':
    'policies are the operator’s',
}

/** What looks ahead or behind, refers back, or has too many scripts: read by a person. */
const READ: Readonly<Record<string, string>> = {
  'cli/src/import/without-comments.ts "(?:[^"\\\\]|\\\\.)*"|\\/\\/[^\\n\\r]*|\\/\\*[\\s\\S]*?\\*\\/|,(?=\\s*[\\]}])':
    'a file of the operator, cut into texts and comments once from the left',
  'gateway/src/audit/checkpoint.ts \\n\\n(?!— )': 'it has a fixed length',
  'gateway/src/audit/prune-statement.ts \\n\\n(?!— )': 'it has a fixed length',
  'gateway/src/authorize/argument-schema-pattern-parse.ts \\((?:\\?:|\\?<[^=!>][^>]*>|(?!\\?))':
    'sticky: it is tried at one place, of a pattern of at most 1000 characters',
  'gateway/src/authorize/names.ts ^(?=\\d)|[^A-Za-z0-9_]': 'every alternative has a fixed length',
  'gateway/src/authorize/string-format.ts ^P(?!$)(?:(\\d{1,9})W|(?:(\\d{1,9})D)?(?:T(?=\\d)(?:(\\d{1,9})H)?(?:(\\d{1,9})M)?(?:(\\d{1,9})(?:[.,](\\d{1,3})0*)?S)?)?)$':
    'held at the start, digits counted, units in their order; zeros after the fraction are its only end',
  'gateway/src/catalogue/scan/hidden.ts (?<![\\p{L}])[\\p{Script=Cyrillic}\\p{Script=Armenian}\\p{Script=Cherokee}][\\p{Script=Latin}]{2}|[\\p{Script=Latin}]{2}[\\p{Script=Cyrillic}\\p{Script=Armenian}\\p{Script=Cherokee}]':
    'every alternative has a fixed length',
  'gateway/src/catalogue/scan/hidden.ts (?<=\\p{Script=Latin})[\\p{Script=Cyrillic}\\p{Script=Greek}\\p{Script=Armenian}\\p{Script=Cherokee}]+(?=\\p{Script=Latin})':
    'a run begins after a Latin letter alone, so that each is tried once',
  "gateway/src/catalogue/settings.ts ^(?!file:)[a-z][a-z0-9+.-]*:(?:[A-Za-z0-9\\-._~:/[\\]!$&'()*+,;=%]*[/:])?$":
    'held at the start; a prefix in the operator’s file',
  'gateway/src/config/excerpt.ts ^[\\s-]*[A-Za-z][A-Za-z0-9_-]{0,63}:(?=\\s|$)':
    'held at the start, in a line of the operator’s file, and neither part can be the other',
  'gateway/src/in/request-target.ts \\.\\.|\\/\\.(?:\\/|$)|\\/\\/|[\\\\;#]|[^\\u0021-\\u007e]|%(?:2[ef]|5c|3b|23|25|[01]|7f|[89a-f])|%(?![0-9a-f]{2})':
    'every alternative has a fixed length',
  'gateway/src/net/trust.ts -----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \\1-----':
    'a file of the operator; a certificate has no dash inside',
  'gateway/src/oauth/challenge.ts ^[A-Za-z0-9\\-._~+/]+=*(?=[ \\t]*(?:,|$))':
    'held at the start; `=` is in none of what stands before it',
  'gateway/src/secrets/redaction.ts eyJ[\\w-]{6,}(?:\\.[\\w-]*)*|-----BEGIN[^-]*-----(?:[\\s\\S]*?-----END[^-]*-----)?|\\b(bearer|basic|dpop)\\s+[\\w.~+/=-]{6,}|(?<=:\\/\\/)[^\\s/@:]*:[^\\s/@]*(?=@)|\\b(?:sk|ghp|gho|xox[abp]|AKIA)[-_A-Za-z0-9]{12,}':
    'alternatives begin with letters of their own; a field of the log is cut before',
}

type Literal = { readonly key: string; readonly judged: Ambiguity | 'unknown' }
const files = globSync('{gateway,cli}/src/**/*.{ts,js}', { cwd: ROOT }).toSorted()
const literals = files.flatMap((file) =>
  patternsIn(parseFileSync(`${ROOT}/${file}`, { syntax: 'typescript', target: 'es2024' })).map(
    (pattern): Literal => ({ key: `${file} ${pattern}`, judged: judge(pattern) }),
  ),
)
const keysOf = (judged: Literal['judged']) => [
  ...new Set(literals.filter((one) => one.judged === judged).map(({ key }) => key)),
]

test('D-10 ReDoS: no literal takes exponential time', () => {
  expect(keysOf('exponential')).toEqual([])
})

test('D-10 ReDoS: those that may take polynomial time are known, and bounded by something else', () => {
  expect(keysOf('polynomial').toSorted()).toEqual(Object.keys(REVIEWED).toSorted())
})

test('D-10 ReDoS: those that cannot be judged so have been read', () => {
  expect(keysOf('unknown').toSorted()).toEqual(Object.keys(READ).toSorted())
})

test('D-10 control: the literals of the path are found', () => {
  expect(files.length).toBeGreaterThan(300)
  expect(literals.length).toBeGreaterThan(200)
})

test.each([
  ['(a+)+$', 'exponential'],
  ['^(?:a|a)*b$', 'exponential'],
  ['^(?:[^A-Za-z]|[0-9a-f])*$', 'exponential'],
  ['^(?:a|b|ab)*c$', 'exponential'],
  ['^a*a*$', 'polynomial'],
  ['\\s+$', 'polynomial'],
  ['a.*b.*c', 'polynomial'],
  ['\\s+', 'none'],
  ['^[a-z]+(?:-[a-z]+)*$', 'none'],
  ['^(?:[A-Z]{4})*(?:[A-Z]{2}==)?$', 'none'],
  ['^x(?:,\\d{0,3})*$', 'none'],
] as const)('D-10 control: `%s` is judged %s', (pattern, expected) => {
  expect(ambiguityOf(pattern)).toBe(expected)
})

function judge(pattern: string): Literal['judged'] {
  try {
    return ambiguityOf(pattern)
  } catch {
    return 'unknown'
  }
}

function patternsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  if ('type' in node && node.type === 'RegExpLiteral' && 'pattern' in node) {
    return [String(node.pattern)]
  }
  return Object.values(node).flatMap(patternsIn)
}
