// Rows of a segment's index that fit a question. Only numbers are compared: a text that is not in the dictionary fits
// nothing.
import { requestNumber, type Columns, type TextColumn } from './columns.ts'

export type Question = {
  /** Commitments to the person in the side file of this log; `undefined`: anybody. */
  readonly people: ReadonlySet<string> | undefined
  readonly kind?: string | undefined
  readonly tool?: string | undefined
  readonly target?: string | undefined
  readonly client?: string | undefined
  readonly outcome?: string | undefined
  readonly code?: string | undefined
  readonly request?: string | undefined
  /** Wall clock: from the first to before the second. */
  readonly fromMs?: number | undefined
  readonly untilMs?: number | undefined
}

const TEXTS = ['kind', 'tool', 'target', 'client', 'outcome', 'code'] as const

/** Rows from `below` downwards, latest first. */
export function* find(columns: Columns, question: Question, below: number): Generator<number> {
  const { column, texts } = columns
  const numberOf = (text: string): number => texts.indexOf(text)
  const equal: [Uint32Array, number][] = []
  for (const name of TEXTS) {
    const text = question[name]
    if (text !== undefined) equal.push([column[name satisfies TextColumn], numberOf(text)])
  }
  if (question.request !== undefined) {
    equal.push([column.request, requestNumber(question.request)])
  }
  if (equal.some(([, number]) => number < 0)) return
  const people =
    question.people && new Set([...question.people].map(numberOf).filter((number) => number > 0))
  if (people?.size === 0) return
  const outcome = numberOf('outcome')
  // A call is one hit: its intent, which knows its outcome.
  const both =
    question.request !== undefined || question.kind !== undefined || question.outcome !== undefined
  const { fromMs = -Infinity, untilMs = Infinity } = question

  rows: for (let row = Math.min(below, columns.rows) - 1; row >= 0; row -= 1) {
    for (const [values, number] of equal) if (values[row] !== number) continue rows
    if (!both && column.kind[row] === outcome) continue
    if (
      question.outcome !== undefined &&
      question.kind === undefined &&
      column.kind[row] !== outcome
    )
      continue
    const isAboutThem =
      people?.has(column.who[row] ?? 0) !== false || people.has(column.about[row] ?? 0)
    if (!isAboutThem) continue
    const ms = (column.seconds[row] ?? 0) * 1000 + (column.millis[row] ?? 0)
    if (ms < fromMs || ms >= untilMs) continue
    yield row
  }
}
