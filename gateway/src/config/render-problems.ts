// Problems of a configuration for a terminal: place, cause, the line with a caret under the place, value
// seen, value expected, fix.
import { styleText } from 'node:util'
import type { Problem } from './problem.ts'

type Style = Parameters<typeof styleText>[0]

/** The text that `config check` and `serve` print; `color` is for a terminal. */
export function renderProblems(problems: readonly Problem[], color: boolean): string {
  const paint = (style: Style, text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text
  const blocks = problems.map((problem) => {
    const { file, line, column, code, message, seen, expected, fix, excerpt } = problem
    const label = (name: string): string => paint('dim', `  ${name.padEnd(8)} `)
    const gutter = `${line} | `
    return [
      `${paint('bold', `${file}:${line}:${column}`)} ${paint('red', code)}`,
      `  ${message}`,
      ...(excerpt === undefined
        ? []
        : [
            `  ${paint('dim', gutter)}${excerpt.text}`,
            `  ${' '.repeat(gutter.length + excerpt.from)}${paint('red', '^'.repeat(excerpt.length))}`,
          ]),
      ...(seen === undefined ? [] : [`${label('seen')}${seen}`]),
      `${label('expected')}${expected}`,
      `${label('fix')}${fix}`,
    ].join('\n')
  })
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return `${blocks.join('\n\n')}\n\n${count}\n`
}
