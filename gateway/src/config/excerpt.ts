// From a finding to a problem: line, column and the line of the file, with everything masked that may be a
// secret. What is not understood well enough to be masked is not shown.
import { LineCounter } from 'yaml'
import { looksSecret } from '../secrets/redaction.ts'
import type { Finding, Problem } from './problem.ts'
import { pathText } from './problem.ts'
import type { Range } from './read-yaml.ts'
import { printable } from './redact.ts'

const MASK = '•••'
const WIDTH = 100
/** An anchor, an alias or a tag: a name that is no value, unless it is a password that begins like one. */
const PROPERTY = /(?:^|[\s,[{])[&*!][^\s,\]}]/

export type Source = {
  readonly file: string
  readonly text: string
  /** Ranges of the text that must not be shown. */
  readonly secrets: readonly Range[]
  /** False where the syntax is broken, so that nobody knows what is a value. */
  readonly understood: boolean
}

export function toProblems(source: Source, findings: readonly Finding[]): readonly Problem[] {
  const lines = lineCounter(source.text)
  const problems = findings.map((found): Problem => {
    const { line, col } = lines.linePos(Math.min(found.range[0], source.text.length))
    const start = lines.lineStarts[line - 1] ?? 0
    return {
      code: found.code,
      file: source.file,
      line: Math.max(1, line),
      column: Math.max(1, col),
      path: pathText(found.path),
      message: found.message,
      seen: found.seen,
      expected: found.expected,
      fix: found.fix,
      excerpt: excerptOf(source, start, found.range),
    }
  })
  return unique(problems).sort((a, b) => a.line - b.line || a.column - b.column)
}

function lineCounter(text: string): LineCounter {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
    lines.addNewLine(at + 1)
  return lines
}

function excerptOf(source: Source, start: number, range: Range): Problem['excerpt'] {
  const newline = source.text.indexOf('\n', start)
  const end = newline < 0 ? source.text.length : newline
  const line = source.text.slice(start, end)
  const from = range[0] - start
  const length = Math.max(1, Math.min(range[1], end) - range[0])
  if (line.trim() === '' || line.length > 2000) return undefined
  if (!source.understood) return cautious(line, from)
  return masked(line, start, from, length, source.secrets)
}

/** Replaces each masked stretch and moves the mark with it. */
function masked(
  line: string,
  start: number,
  from: number,
  length: number,
  secrets: readonly Range[],
): Problem['excerpt'] {
  let text = ''
  let at = 0
  let mark = from
  let markLength = length
  const here = secrets
    .map(
      ([first, last]) => [Math.max(0, first - start), Math.min(line.length, last - start)] as const,
    )
    .filter(([first, last]) => first < last)
    .sort((a, b) => a[0] - b[0])
  for (const [first, last] of here) {
    if (first < at) continue
    text += line.slice(at, first) + MASK
    at = last
    const change = MASK.length - (last - first)
    if (last <= from) mark += change
    else if (first >= from && last <= from + length) markLength += change
  }
  text += line.slice(at)
  if (PROPERTY.test(text)) return cautious(line, from)
  text = withoutComment(text, mark)
  if (looksSecret(text)) return undefined
  return cut(text, mark, Math.max(1, markLength))
}

/** With broken syntax nobody knows what is a value: the key is shown, and a dot or three for the rest. */
function cautious(line: string, from: number): Problem['excerpt'] {
  const key = /^[\s-]*[A-Za-z][A-Za-z0-9_-]{0,63}:(?=\s|$)/.exec(line)?.[0]
  if (key === undefined || looksSecret(key)) return undefined
  return key === line.trimEnd()
    ? cut(key, Math.min(from, key.length), 1)
    : cut(`${key} …`, Math.min(from, key.length + 1), 1)
}

function withoutComment(text: string, mark: number): string {
  const comment = text.search(/\s#/)
  return comment > mark ? text.slice(0, comment) : text
}

function cut(text: string, from: number, length: number): Problem['excerpt'] {
  const line = printable(text)
  const shift = from > WIDTH - 20 ? from - 40 : 0
  const shown = line.slice(shift, shift + WIDTH).trimEnd()
  const first = from - shift
  return { text: shown, from: first, length: Math.max(1, Math.min(length, shown.length - first)) }
}

function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter(({ line, column, code, path, message }) => {
    const key = JSON.stringify([line, column, code, path, message])
    return seen.has(key) ? false : seen.add(key)
  })
}
