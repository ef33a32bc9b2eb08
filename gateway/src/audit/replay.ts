// Operator file: recorded calls out of the files, as far as they can be asked again (policy-audit §1.4, §2.4): who
// with which tags, which tool, which arguments, and the answer of then. Personal values come out of the side file
// and are gone with a person that was forgotten. That kept arguments were all arguments is proven by their digest.
import { existsSync } from 'node:fs'
import { isJsonObject, parseKeepingNumbers } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { exactArguments, type KnownArguments } from './known-arguments.ts'
import { recordIn } from './line.ts'
import { logNames, pathsOf, segmentPaths } from './log-folder.ts'
import { isCommittedTo, type PersonalLine } from './personal.ts'
import { readLines } from './read-lines.ts'

export type RecordedRequest = KnownArguments & {
  readonly requestId: string
  readonly timeMs: number
  /** `undefined`: the person was forgotten, or the record is of a version that kept no tags. */
  readonly principal: RecordedPrincipal | undefined
  readonly tool: string
  /** From where, unless the person was forgotten. */
  readonly address?: string
  /** `approval`: it waited for a person, or a person let it through: no permit alone did. */
  readonly answer: 'allow' | 'deny' | 'approval'
  /** The answer of the policies was no answer to the caller: the call went through (LOG_ONLY). */
  readonly shadow: boolean
  /** Ids of the policies that decided. */
  readonly policies: readonly string[]
}
export type RecordedPrincipal = {
  readonly kind: 'person' | 'client' | 'agent'
  readonly issuer: string
  readonly clientId: string
  readonly subject?: string
  readonly tenant?: string
  readonly tags: Readonly<Record<string, string>>
}

/** Refusals that are answers of the policies to a call. */
const POLICY_CODES: ReadonlyMap<string, 'deny' | 'approval'> = new Map([
  ['authorize.denied', 'deny'],
  ['authorize.policy_error', 'deny'],
  ['authorize.inconvertible_argument', 'deny'],
  ['authorize.needs_approval', 'approval'],
])
const WORTH_READING = ['"kind":"intent"', '"kind":"refusal"'].map((text) => Buffer.from(text))

/** Calls on which the policies had a word, oldest first, from `sinceMs` on. Rejects where the folder is not there. */
export async function* replay(folder: string, sinceMs = 0): AsyncGenerator<RecordedRequest> {
  for (const name of logNames(folder)) {
    const side = await readSide(pathsOf(folder, name).personal)
    for (const segment of segmentPaths(folder, name)) {
      for await (const lines of readLines(segment)) {
        for (const { bytes } of lines) {
          if (!WORTH_READING.some((text) => bytes.includes(text))) continue
          const record = recordIn(bytes)
          if (typeof record === 'string') continue
          const call = callIn(parseKeepingNumbers(record.toString()) as JsonObject, side)
          if (call !== undefined && call.timeMs >= sinceMs) yield call
        }
      }
    }
  }
}

type Side = {
  readonly salts: ReadonlyMap<string, string>
  readonly values: ReadonlyMap<string, string>
}

async function readSide(path: string): Promise<Side> {
  const salts = new Map<string, string>()
  const values = new Map<string, string>()
  if (!existsSync(path)) return { salts, values }
  for await (const lines of readLines(path)) {
    for (const { bytes, ended } of lines) {
      if (!ended) continue
      const line = JSON.parse(bytes.toString()) as PersonalLine
      if ('salt' in line) salts.set(line.key, line.salt)
      else if (isCommittedTo(line, salts.get(line.key))) values.set(line.commitment, line.value)
    }
  }
  return { salts, values }
}

function callIn(record: JsonObject, side: Side): RecordedRequest | undefined {
  const { kind, code, requestId, time, who, sequence } = record
  const decision = objectIn(record['decision'])
  const tool = textIn(objectIn(record['tool'])['name'])
  const answer = kind === 'refusal' ? POLICY_CODES.get(textIn(code)) : answerOf(decision)
  if (answer === undefined) return undefined
  if (tool === '' || typeof requestId !== 'string' || typeof time !== 'string') return undefined
  const person = objectIn(who)
  const salt = side.salts.get(textIn(person['key']))
  const decided = answerOf(decision) === 'deny' ? objectIn(decision['would_deny']) : decision
  const address = side.values.get(textIn(record['source']))
  const named = kind === 'intent' ? decided['policies'] : record['policies']
  return {
    ...exactArguments(objectIn(record['arguments']), salt, Number(sequence)),
    requestId,
    timeMs: Date.parse(time),
    principal: principalIn(person, side.values),
    tool,
    ...(address === undefined ? {} : { address }),
    answer,
    shadow: kind === 'intent' && answer === 'deny',
    policies: Array.isArray(named) ? named.filter((id) => typeof id === 'string') : [],
  }
}

/**
 * Of an intent: the call was made, whatever the policies in force said of it. What a file of policies that only log
 * would have said is no answer of those.
 */
function answerOf(decision: JsonObject): RecordedRequest['answer'] {
  const { approval, access, mode, would_deny: wouldDeny } = decision
  if (wouldDeny !== undefined && mode === 'LOG_ONLY') {
    return POLICY_CODES.get(textIn(objectIn(wouldDeny)['reason'])) ?? 'deny'
  }
  return approval === undefined && access === undefined ? 'allow' : 'approval'
}

function principalIn(
  who: JsonObject,
  values: ReadonlyMap<string, string>,
): RecordedPrincipal | undefined {
  const { kind, issuer, client } = who
  if (kind !== 'person' && kind !== 'client' && kind !== 'agent') return undefined
  const value = (member: string): string | undefined => values.get(textIn(who[member]))
  const tags = value('tags')
  const subject = value('subject')
  const tenant = value('tenant')
  const forgotten = who['tenant'] !== undefined && tenant === undefined
  if (tags === undefined || forgotten || (kind !== 'client' && subject === undefined)) {
    return undefined
  }
  return {
    kind,
    issuer: textIn(issuer),
    clientId: textIn(client),
    tags: JSON.parse(tags) as Record<string, string>,
    ...(subject === undefined ? {} : { subject }),
    ...(tenant === undefined ? {} : { tenant }),
  }
}

function objectIn(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function textIn(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
