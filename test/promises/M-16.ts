// M-16: a URI of 50 kB that almost fits a template is found not to in less than 50 ms, whatever the template.
import { parseTemplate } from '@sallyport/gateway/catalogue/offers/uri-template.ts'
import type { Finding, PromiseScript } from './promise.ts'

const LONG = 50_000
const MOST_MS = 50
const ROUNDS = 20
const ALMOST: readonly (readonly [template: string, uri: string])[] = [
  ['docs:{/id*}', `docs:${'/'.repeat(LONG)}#`],
  ['docs:{/id*}/end', `docs:${'/a'.repeat(LONG / 2)}`],
  [`docs://${'{a}{+b}'.repeat(4)}!`, `docs://${'a'.repeat(LONG)}`],
  ['docs://{+a}a{+b}a{+c}a{+d}b', `docs://${'a'.repeat(LONG)}`],
]

export const promise: PromiseScript = {
  id: 'M-16',
  title: 'the time of a match with a template is bounded',
  run: () => Promise.resolve(ALMOST.map(([template, uri]) => finding(template, uri))),
}

/** The median: what others do on the machine is not the template's doing. */
function finding(template: string, uri: string): Finding {
  const parsed = parseTemplate(template)
  if ('fault' in parsed) throw new Error(parsed.fault)
  let matched = false
  const times = Array.from({ length: ROUNDS }, () => {
    const from = performance.now()
    matched = parsed.matches(uri) || matched
    return performance.now() - from
  }).toSorted((a, b) => a - b)
  const ms = times[ROUNDS / 2] ?? Number.NaN
  return {
    what: `${template.slice(0, 32)} against ${uri.length} characters`,
    seen: `${ms.toFixed(1)} ms, ${matched ? 'a match' : 'no match'}`,
    promised: `< ${MOST_MS} ms, no match`,
    kept: ms < MOST_MS && !matched,
  }
}
