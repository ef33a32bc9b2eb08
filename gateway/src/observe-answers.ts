// What the scanner sees in answers of tools (attacks M-11): a sample of them, its beginning, after it has been sent. A
// finding is a line in the log and a count, without a word of the answer; the answer itself is relayed as it came, and
// nothing waits for this.
import { createScanner, type Scanner } from './catalogue/scan/scanner.ts'
import type { Log } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'

export type AnswerWatch = {
  /** `nowMs` monotonic. */
  readonly look: (
    answer: { readonly tool: string; readonly requestId: string; readonly body: Buffer },
    nowMs: number,
  ) => void
  readonly close: () => Promise<void>
}

/** One at a time and not more often than this: a tenth of a second of a core at the very most. */
const EVERY_MS = 100
const BYTES = 16_384
/** Answers hold files and images, which are encoded and long. */
const USUAL: ReadonlySet<string> = new Set(['encoded.long', 'size.unread'])
const ESCAPE = /\\u([0-9a-fA-F]{4})|\\([nrtbf"\\/])/g
const MEANING: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

export function createAnswerWatch(
  log: Pick<Log, 'warn'>,
  metrics: Pick<Metrics, 'counter'>,
  // Never on the loop: calls are answered there.
  scanner: Scanner = createScanner(0),
): AnswerWatch {
  const scanned = metrics.counter(
    'sallyport_answers_scanned',
    'answers of tools that were looked at',
  )
  const found = metrics.counter(
    'sallyport_answers_with_findings',
    'answers of tools in which the scanner found something, by rule',
    ['rule'],
  )
  let nextMs = -Infinity
  let underWay = false

  async function scan(tool: string, requestId: string, body: Buffer): Promise<void> {
    const answer = unescaped(body.subarray(0, BYTES).toString())
    const findings = await scanner.scan({ answer })
    underWay = false
    scanned.inc()
    const rules = [...new Set(findings.map(({ rule }) => rule))].filter((rule) => !USUAL.has(rule))
    for (const rule of rules) found.with(rule).inc()
    if (rules.length > 0) log.warn({ tool, requestId, rules }, 'an answer looks poisoned')
  }

  return {
    look({ tool, requestId, body }, nowMs) {
      if (underWay || nowMs < nextMs) return
      underWay = true
      nextMs = nowMs + EVERY_MS
      void scan(tool, requestId, body)
    },
    close: () => scanner.close(),
  }
}

/** As far as texts in JSON go: what is read by a model is not escaped. */
function unescaped(json: string): string {
  return json.replace(ESCAPE, (_all, code: string | undefined, letter = '') =>
    code === undefined ? (MEANING[letter] ?? letter) : String.fromCharCode(parseInt(code, 16)),
  )
}
