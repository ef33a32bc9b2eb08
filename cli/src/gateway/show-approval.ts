// Requests for approval and for access as a person reads them. What a caller sent is stripped of what a terminal would
// act on: whoever decides reads it here.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import { objectOf, stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import { table } from '../terminal/table.ts'

/** Where nothing is shown: how much of what waits this person may see at all. `role`: whoever has it decides. */
export function nothingShown(answer: JsonObject, nothing: string, role: string): string {
  const { roles } = answer
  const held = (Array.isArray(roles) ? roles : []).map((one) => plainLine(stringOf(one) ?? ''))
  if (held.includes('admin') || held.includes('auditor')) return `${nothing}.\n`
  if (held.length > 0) return `${nothing} for whoever has the role ${held.join(', ')}.\n`
  return `${nothing} that you may see: you have no role here, so that is your own requests alone. Those of others are for ${role}, auditor and admin.\n`
}

/** One line each. */
export function listOfRequests(rows: readonly JsonObject[]): string {
  const head = ['reference', 'state', 'tool', 'who', 'until']
  const lines = rows.map((row) => [
    textOf(row, 'reference'),
    textOf(row, 'state'),
    textOf(row, 'tool'),
    whoOf(row),
    textOf(row, 'until'),
  ])
  return table([head, ...lines])
}

/** Everything of one, the arguments last and in full. */
export function oneRequest(row: JsonObject): string {
  const { arguments: args, requester: _, ...rest } = row
  const rows = Object.entries(rest).map(([name, value]) => [
    name,
    stringOf(value) ?? jsonText(value),
  ])
  const shown = args === undefined ? '' : `arguments\n${jsonText(args, 2)}\n`
  return `${table([['who', whoOf(row)], ...rows])}${shown}`
}

export function textOf(row: JsonObject, name: string): string {
  return plainLine(stringOf(row[name]) ?? '')
}

/** `alice (acme) through some-client`. */
function whoOf(row: JsonObject): string {
  const requester = objectOf(row['requester']) ?? {}
  const subject = textOf(requester, 'subject')
  const tenant = textOf(requester, 'tenant')
  const person = subject === '' ? textOf(requester, 'kind') : subject
  return `${person}${tenant === '' ? '' : ` (${tenant})`} through ${textOf(requester, 'client')}`
}
