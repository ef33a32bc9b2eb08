// Records of the audit log for a person: one line each for `tail`, all of it for `why`. Members are shown as the
// record has them, so that kinds which this version does not know are shown, too.
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { objectOf, stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

type Style = Pick<Terminal, 'style'>

/** `time  what  tool  who  request id`, without a line end. */
export function lineOfRecord(record: JsonObject, terminal: Style): string {
  const kind = text(record['kind'])
  const tool = text(objectOf(record['tool'])?.['name'])
  const parts = [
    text(record['time']),
    terminal.style('out', colorOf(record), headline(record, kind)),
    tool,
    client(record),
    ...(text(record['requestId']) === '' ? [restOf(record)] : [text(record['requestId'])]),
  ]
  return parts.filter((part) => part !== '').join('  ')
}

/** Every member on its own line under the headline, nested ones as JSON; the log's own bookkeeping last. */
export function showRecord(record: JsonObject, terminal: Style): string {
  const kind = text(record['kind'])
  const head = terminal.style('out', colorOf(record), headline(record, kind))
  const all = Object.entries(record).filter(([name]) => !HEADLINE.has(name))
  const members = [...all].sort(([a], [b]) => lateness(a) - lateness(b))
  const width = Math.max(0, ...members.map(([name]) => name.length))
  const lines = members.map(
    ([name, value]) => `  ${plainLine(name).padEnd(width)}  ${shown(value)}`,
  )
  return `${[`${text(record['time'])}  ${head}`, ...lines].join('\n')}\n`
}

const HEADLINE: ReadonlySet<string> = new Set(['time', 'kind', 'requestId', 'version'])
const BOOKKEEPING: ReadonlySet<string> = new Set([
  ...HEADLINE,
  'instance',
  'monotonicMs',
  'sequence',
  'source',
  'who',
])

function lateness(name: string): number {
  return BOOKKEEPING.has(name) ? 1 : 0
}

function headline(record: JsonObject, kind: string): string {
  switch (kind) {
    case 'intent':
      return 'permitted'
    case 'outcome':
      return `${text(record['class'])} after ${shown(record['durationMs'])} ms`
    case 'refusal':
      return `refused ${text(record['code'])}`
    case 'list':
      return `listed ${shown(record['shown'])}, hid ${shown(record['hidden'])}`
    default:
      return kind.replaceAll('_', ' ')
  }
}

function colorOf(record: JsonObject): 'green' | 'red' | 'yellow' | 'dim' {
  if (record['kind'] === 'refusal') return 'red'
  if (record['kind'] === 'intent') return 'green'
  if (record['kind'] !== 'outcome') return 'dim'
  return record['class'] === 'ok' ? 'green' : 'yellow'
}

function client(record: JsonObject): string {
  const who = objectOf(record['who'])
  return [text(who?.['kind']), text(who?.['client'])].filter((part) => part !== '').join(' ')
}

function restOf(record: JsonObject): string {
  const rest = Object.entries(record).filter(([name]) => !BOOKKEEPING.has(name))
  return rest.map(([name, value]) => `${plainLine(name)}=${shown(value)}`).join(' ')
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return '?'
  return plainLine(stringOf(value) ?? jsonText(value))
}

function text(value: JsonValue | undefined): string {
  return plainLine(stringOf(value) ?? '')
}
