// The pin of a tool for a person: state, who approved it, and what differs between what was approved and what is offered.
// Texts of a target are shown as they are, every invisible character written out: this is where a person decides
// whether a model may read them.
import { visible } from '@sallyport/gateway/catalogue/scan/visible.ts'
import { SCAN_RULES } from '@sallyport/gateway/catalogue/scan/finding.ts'
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { objectOf, objectsOf, stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

type Style = Pick<Terminal, 'style'>

/** Members that are not part of the hash: they are taken over as shown, but a change of them alone is no change. */
const HASHED = /^\/(name|title|description|inputSchema|outputSchema|annotations|x-mcp-header)(\/|$)/

export function showPinDiff(answer: JsonObject, terminal: Style): string {
  const hash = stringOf(answer['seenHash'])
  const changes = objectsOf(answer['changes'])
  return [
    `${terminal.style('out', 'bold', plainLine(stringOf(answer['tool']) ?? ''))}  ${styledState(answer, terminal)} since ${timeOf(answer['sinceMs'])}`,
    `approved  ${approvedLine(answer)}`,
    ...(hash === undefined ? [] : [`offered   ${hash}`]),
    ...changes.flatMap((change) => ['', ...changeLines(change, terminal)]),
    ...findingLines(answer, terminal),
    '',
  ].join('\n')
}

export function stateOf(pin: JsonObject): string {
  const state = (stringOf(pin['state']) ?? '').replace('_', ' ')
  const quarantined = stringOf(pin['quarantined'])
  return quarantined === undefined || state === 'gone' ? state : `${state} (${quarantined})`
}

export function timeOf(value: JsonValue | undefined): string {
  return typeof value === 'number' ? new Date(value).toISOString().slice(0, 19) + 'Z' : '–'
}

export function approverOf(pin: JsonObject): string {
  const by = pin['approvedBy']
  return stringOf(by) ?? stringOf(objectOf(by)?.['subject']) ?? '–'
}

function styledState(answer: JsonObject, terminal: Style): string {
  const color = answer['state'] === 'approved' ? 'green' : 'yellow'
  return terminal.style('out', color, plainLine(stateOf(answer)))
}

function approvedLine(answer: JsonObject): string {
  const hash = stringOf(answer['approvedHash'])
  if (hash === undefined) return 'never'
  return `${hash} by ${plainLine(approverOf(answer))} on ${timeOf(answer['approvedAtMs'])}`
}

function changeLines(change: JsonObject, terminal: Style): readonly string[] {
  const place = stringOf(change['place']) ?? ''
  const note = HASHED.test(place) ? '' : '  (not part of the hash)'
  return [
    `${terminal.style('out', 'bold', visible(place))}${note}`,
    ...sideLines('-', change['before'], 'red', terminal),
    ...sideLines('+', change['after'], 'green', terminal),
  ]
}

function sideLines(
  sign: string,
  value: JsonValue | undefined,
  color: 'red' | 'green',
  terminal: Style,
): readonly string[] {
  if (value === undefined) return []
  const text = stringOf(value) ?? JSON.stringify(value, undefined, 2)
  return text.split('\n').map((line) => terminal.style('out', color, `  ${sign} ${visible(line)}`))
}

function findingLines(answer: JsonObject, terminal: Style): readonly string[] {
  const findings = objectsOf(answer['findings'])
  if (findings.length === 0) return ['', 'the scanner found nothing']
  const head = `the scanner found ${findings.length === 1 ? 'one thing' : `${findings.length} things`}`
  return [
    '',
    terminal.style('out', 'yellow', head),
    ...findings.flatMap((finding) => {
      const rule = stringOf(finding['rule']) ?? ''
      const meaning = SCAN_RULES[rule as keyof typeof SCAN_RULES] ?? ''
      const place = visible(stringOf(finding['place']) ?? '')
      return [
        `  ${plainLine(rule)}  ${place}  ${meaning}`,
        `    ${visible(stringOf(finding['excerpt']) ?? jsonText(finding['excerpt'] ?? null))}`,
      ]
    }),
  ]
}
