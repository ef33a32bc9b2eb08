// What the YAML reader complains about, in our words: the library's own messages quote the file, and the
// file may hold a secret (P-05).
import type { ErrorCode } from 'yaml'
import type { Finding } from './problem.ts'

// prettier-ignore
const WORDS: Record<ErrorCode, readonly [message: string, fix: string]> = {
  ALIAS_PROPS: ['an alias has an anchor or a tag', 'write the alias alone'],
  BAD_ALIAS: ['the alias names no anchor', 'define the anchor before it, or write the value'],
  BAD_COLLECTION_TYPE: ['a tag does not fit its value', 'remove the tag'],
  BAD_DIRECTIVE: ['directives are not accepted', 'remove the line that begins with `%`'],
  BAD_DQ_ESCAPE: ['a backslash in double quotes begins no known escape', 'write the backslash twice, or use single quotes'],
  BAD_INDENT: ['the indentation is wrong', 'indent the entries of one map or list equally'],
  BAD_PROP_ORDER: ['anchor or tag stands at the wrong place', 'write it directly in front of the value'],
  BAD_SCALAR_START: ['a plain value cannot begin like this', 'put the value in quotes'],
  BLOCK_AS_IMPLICIT_KEY: ['a map begins in the middle of a line', 'put the value in quotes, or begin a new line'],
  BLOCK_IN_FLOW: ['an indented block stands inside brackets', 'close the bracket, or write the whole without brackets'],
  DUPLICATE_KEY: ['the key occurs twice', 'keep one of them'],
  IMPOSSIBLE: ['the syntax is wrong', 'correct the line'],
  KEY_OVER_1024_CHARS: ['the key is longer than 1024 characters', 'shorten it'],
  MISSING_CHAR: ['a character is missing', 'close the quote or bracket, and write a space after `:`'],
  MULTILINE_IMPLICIT_KEY: ['a key runs over several lines', 'write it on one line'],
  MULTIPLE_ANCHORS: ['a value has several anchors', 'keep one'],
  MULTIPLE_DOCS: ['the file holds more than one document', 'remove the second `---` and what follows'],
  MULTIPLE_TAGS: ['a value has several tags', 'remove them'],
  NON_STRING_KEY: ['a key is no plain text', 'write the key as text'],
  RESOURCE_EXHAUSTION: ['the file is nested too deeply or expands too many aliases', 'write values instead of aliases'],
  TAB_AS_INDENT: ['a tab is used as indentation', 'indent with spaces'],
  TAG_RESOLVE_FAILED: ['tags are not accepted', 'remove the tag'],
  UNEXPECTED_TOKEN: ['something stands here that the syntax does not allow', 'put the value in quotes, or remove it'],
}

export function syntaxFinding(code: ErrorCode, range: readonly [number, number]): Finding {
  const [message, fix] = WORDS[code] ?? WORDS.IMPOSSIBLE
  return {
    code: code === 'RESOURCE_EXHAUSTION' ? 'config.too_complex' : 'config.invalid_yaml',
    path: [],
    range,
    message,
    expected: 'one plain YAML 1.2 document',
    fix,
  }
}
