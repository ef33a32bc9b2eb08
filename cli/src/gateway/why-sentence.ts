// What happened to one request, in a sentence or two: what a person asks `why` for. The records follow for whoever needs
// more. Codes become words by the gateway's own catalogue of answers.
import { FAULTS, REFUSALS } from '@sallyport/gateway/answers.ts'
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { objectOf, stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'

const ENDS: Readonly<Record<string, string>> = {
  ok: 'the target answered',
  tool_error: 'the target answered with an error of its own',
  refused_by_target: 'the target did not act',
  input_required: 'the target asked for further input',
  timeout: 'the target did not answer in time: whether it acted is not known',
  cancelled: 'the call was cancelled',
  unclear: 'whether the target acted is not known',
}

/** One sentence a line, each ended; empty where the records say nothing that has words. */
export function whySentence(records: readonly JsonObject[]): string {
  const of = (kind: string) => records.findLast((record) => record['kind'] === kind)
  const [refusal, intent, list] = [of('refusal'), of('intent'), of('list')]
  const told = intent === undefined ? [] : [permitted(intent, of('outcome'))]
  if (refusal !== undefined) told.push(...refused(refusal))
  if (list !== undefined && told.length === 0) {
    const tools = `${shown(list['shown'])} tools were listed, ${shown(list['hidden'])} were not`
    told.push(`${tools}: the policies decide which.`)
  }
  return told.map((sentence) => `${plainLine(sentence)}\n`).join('')
}

function permitted(intent: JsonObject, outcome: JsonObject | undefined): string {
  const policies = named(objectOf(intent['decision'])?.['policies'])
  const by = policies === '' ? '' : ` by ${policies}`
  const ended = ENDS[stringOf(outcome?.['class']) ?? ''] ?? 'nothing is known of its end yet'
  const after = outcome?.['durationMs']
  const time = after === undefined ? '' : ` (after ${shown(after)} ms)`
  return `The call${toolOf(intent)} was permitted${by}, and ${ended}${time}.`
}

function refused(refusal: JsonObject): readonly string[] {
  const code = stringOf(refusal['code']) ?? ''
  const seen = stringOf(refusal['seen'])
  const policies = named(refusal['policies'])
  const told = stringOf(refusal['told'])
  const what = `${wordsOf(code)?.what ?? code}${seen === undefined ? '' : ` (${seen})`}`
  return [
    `The request${toolOf(refusal)} was refused: ${what}.`,
    policies === '' ? '' : `Decided by ${policies}.`,
    told === undefined ? '' : `The caller was told: ${wordsOf(told)?.what ?? told}.`,
    wordsOf(code) === undefined ? '' : `To mend it: ${wordsOf(code)?.fix}.`,
  ].filter((sentence) => sentence !== '')
}

function wordsOf(code: string): { readonly what: string; readonly fix: string } | undefined {
  const answers: Readonly<Record<string, { readonly what: string; readonly fix: string }>> = {
    ...REFUSALS,
    ...FAULTS,
  }
  return Object.hasOwn(answers, code) ? answers[code] : undefined
}

function toolOf(record: JsonObject): string {
  const name = stringOf(objectOf(record['tool'])?.['name'])
  return name === undefined ? '' : ` of \`${name}\``
}

function named(policies: JsonValue | undefined): string {
  const ids = Array.isArray(policies) ? policies : []
  return ids.map((id) => `\`${stringOf(id) ?? ''}\``).join(', ')
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? '?' : jsonText(value)
}
