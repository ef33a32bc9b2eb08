// An explanation of the policies for a person: the answer, why, what each policy that could match saw (with file
// and line), and what would change the answer. The words are the gateway's; the order is ours.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import { objectOf, objectsOf, stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

export function showExplanation(
  answer: JsonObject,
  tool: string,
  terminal: Pick<Terminal, 'style'>,
): string {
  const decision = word(answer, 'decision')
  const color = decision === 'allow' ? 'green' : 'red'
  const code = stringOf(answer['code'])
  const verdict = `${decision}${code === undefined ? '' : ` (${plainLine(code)})`}`
  const lines = [
    `${terminal.style('out', color, verdict)}  ${plainLine(tool)}`,
    `because  ${word(answer, 'reason')}`,
    `listed   ${answer['visible'] === true ? 'yes' : 'no'}`,
    ...who(answer),
    ...objectsOf(answer['policies']).flatMap((policy) => ['', ...policyLines(policy, terminal)]),
  ]
  const changes = strings(answer, 'changes')
  if (changes.length > 0) {
    lines.push('', 'what would change it', ...changes.map((change) => `  ${change}`))
  }
  return `${lines.join('\n')}\n`
}

function who(answer: JsonObject): readonly string[] {
  const principal = objectOf(answer['principal']) ?? {}
  const tags = Object.entries(objectOf(principal['tags']) ?? {})
  return [
    `who      ${word(principal, 'uid')}`,
    ...tags.map(([name, value]) => `           ${plainLine(name)} = ${plainLine(jsonText(value))}`),
  ]
}

function policyLines(policy: JsonObject, terminal: Pick<Terminal, 'style'>): readonly string[] {
  const place = `${word(policy, 'file')}:${number(policy, 'line')}`
  const mark = policy['deciding'] === true ? '→' : ' '
  const outcome = `${word(policy, 'effect')} ${word(policy, 'outcome')}`
  const head = `${mark} ${terminal.style('out', 'bold', place)}  ${outcome}  ${word(policy, 'id')}`
  const scope =
    policy['scope'] === false ? ['    it names other principals, actions or resources'] : []
  return [head, ...scope, ...objectsOf(policy['conditions']).flatMap(conditionLines)]
}

function conditionLines(condition: JsonObject): readonly string[] {
  const kind = word(condition, 'kind')
  return objectsOf(condition['parts']).map((part) => {
    const saw = objectsOf(part['saw']).map((seen) => {
      const value = seen['value'] === undefined ? 'absent' : plainLine(jsonText(seen['value']))
      return `${word(seen, 'name')} ${value}`
    })
    const seen = saw.length === 0 ? '' : `  [${saw.join(', ')}]`
    const error = part['error'] === undefined ? '' : `  ${word(part, 'error')}`
    const truth = plainLine(jsonText(part['value'])).replaceAll('"', '')
    return `    line ${number(condition, 'line')}: ${kind} ${word(part, 'text')} = ${truth}${seen}${error}`
  })
}

function word(from: JsonObject, name: string): string {
  return plainLine(stringOf(from[name]) ?? '')
}

function number(from: JsonObject, name: string): string {
  return plainLine(jsonText(from[name] ?? '?'))
}

function strings(from: JsonObject, name: string): readonly string[] {
  const values = from[name]
  if (!Array.isArray(values)) return []
  return values.filter((value) => typeof value === 'string').map(plainLine)
}
