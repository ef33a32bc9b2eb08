// Frames → records in canonical form (RFC 8785), members in the order of their names. The two records of every
// call are put together from parts that are canonical already; all others go through canonicalJson.
import { canonicalJson } from '../json/canonical.ts'
import { parseKeepingNumbers } from '../json/raw-number.ts'
import { readJson } from '../json/read.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { commitment, digest } from './commitment.ts'
import type { Frame } from './frames.ts'
import { keptArguments, keptPaths, type KeptPath } from './kept-arguments.ts'
import { MAX_RECORD_BYTES } from './line.ts'
import { INTENT, NUMBER, OUTCOME, RECORD } from './parts.ts'
import type { Personal } from './personal.ts'
import { RECORD_VERSION } from './record.ts'
import { createTimeText } from './time-text.ts'
import { createPeople, type Known } from './who.ts'

/** An intent without an outcome yet. */
export type OpenIntent = { readonly requestId: string; readonly salt: string }
/** The part of a frame that came beside the ring. */
export type Large = string | Uint8Array | undefined

export type Render = {
  readonly intent: (
    frame: Frame,
    sequence: number,
    large: Large,
  ) => { readonly text: string; readonly open: OpenIntent }
  readonly outcome: (
    frame: Frame,
    sequence: number,
    large: Large,
    open: OpenIntent | undefined,
  ) => string
  readonly record: (frame: Frame, sequence: number, large: Large) => string
  /** A record that the writer adds in answer to a frame. */
  readonly own: (frame: Frame, sequence: number, kind: string, members: JsonObject) => string
}

/** The arguments were accepted by the strict reader under the configured limits. */
const ARGUMENT_LIMITS = { depth: 1000, nodes: Infinity, numberLength: 10_000 }
const MAX_PATH_SETS = 10_000

export function createRender(instance: string, personal: Personal): Render {
  const people = createPeople(personal)
  const paths = new Map<string, readonly KeptPath[]>()
  const ours = JSON.stringify(instance)
  const time = createTimeText()

  const pathsOf = (text: string): readonly KeptPath[] => {
    const known = paths.get(text)
    if (known !== undefined) return known
    const made = keptPaths(JSON.parse(text) as string[])
    if (paths.size >= MAX_PATH_SETS) paths.clear()
    paths.set(text, made)
    return made
  }

  /** How many bytes, their salted digest, and what the configuration allows in clear. */
  const argumentsText = (
    json: Buffer,
    allowed: string | undefined,
    salt: string,
    sequence: number,
  ): { readonly start: string; readonly clear: string } => {
    const read = readJson(json, ARGUMENT_LIMITS)
    if ('failure' in read) throw new Error('the arguments of a call are not strict JSON')
    const digest = commitment(salt, `arguments:${sequence}`, canonicalJson(read.value))
    const kept = pathsOf(allowed || '[]')
    const clear =
      kept.length === 0 ? '' : `,"kept":${canonicalJson(keptArguments(read.value, kept))}`
    return { start: `{"bytes":${json.length},"digest":"${digest}"`, clear }
  }

  const intentText = (frame: Frame, sequence: number, who: Known, args: string): string => {
    const traceId = frame.text(INTENT.traceId)
    const wallMs = frame.number(NUMBER.wallMs)
    const source = who.holder.commit('address', frame.text(INTENT.address) ?? '', sequence)
    const { authTimeSeconds } = who
    return (
      `{"arguments":${args},` +
      (authTimeSeconds === undefined
        ? ''
        : `"authAgeSeconds":${Math.floor(wallMs / 1000) - authTimeSeconds},`) +
      `"credential":${frame.text(INTENT.credential)},"decision":${frame.text(INTENT.decision)},` +
      `"instance":${ours},"kind":"intent",` +
      `"monotonicMs":${thousandths(frame.number(NUMBER.monotonicMs))},` +
      `"requestId":${JSON.stringify(frame.text(INTENT.requestId))},"sequence":${sequence},` +
      `"source":"${source}","time":"${time(wallMs)}","tool":${frame.text(INTENT.tool)},` +
      (traceId ? `"traceId":${JSON.stringify(traceId)},` : '') +
      `"version":${RECORD_VERSION},"who":${who.text}}`
    )
  }

  const finished = (frame: Frame, sequence: number, kind: string, members: JsonObject): string => {
    const always = {
      instance,
      kind,
      monotonicMs: thousandths(frame.number(NUMBER.monotonicMs)),
      sequence,
      time: time(frame.number(NUMBER.wallMs)),
      version: RECORD_VERSION,
    }
    const text = canonicalJson({ ...members, ...always })
    if (fits(text)) return text
    const kept = Object.entries(members).filter(([name]) => KEPT_WHEN_CUT.has(name))
    return canonicalJson({ ...Object.fromEntries(kept), ...always, cut: true })
  }

  return {
    intent: (frame, sequence, large) => {
      const who = people.known(frame.text(INTENT.who) ?? '', sequence)
      const json = frame.bytes(INTENT.args) ?? Buffer.from(String(large))
      const { salt } = who.holder
      const { start, clear } = argumentsText(json, frame.text(INTENT.kept), salt, sequence)
      const full = intentText(frame, sequence, who, `${start}${clear}}`)
      const text = fits(full) ? full : intentText(frame, sequence, who, `${start}}`)
      return { text, open: { requestId: frame.text(INTENT.requestId) ?? '', salt } }
    },

    outcome: (frame, sequence, large, open) => {
      const status = frame.number(NUMBER.status)
      const targetRequestId = frame.text(OUTCOME.targetRequestId)
      const reason = frame.text(OUTCOME.reason)
      const bytes = frame.bytes(OUTCOME.result) ?? large
      const hashed =
        open !== undefined && bytes instanceof Uint8Array && bytes.length > 0
          ? `,"digest":"${digest(open.salt, `result:${sequence}`, bytes)}"`
          : ''
      return (
        `{"class":${JSON.stringify(frame.text(OUTCOME.class))},` +
        `"durationMs":${thousandths(frame.number(NUMBER.durationMs))},"instance":${ours},` +
        `"intent":{"instance":${ours},"sequence":${frame.number(NUMBER.intent)}},"kind":"outcome",` +
        `"monotonicMs":${thousandths(frame.number(NUMBER.monotonicMs))},` +
        (reason ? `"reason":${JSON.stringify(reason)},` : '') +
        `"requestId":${JSON.stringify(frame.text(OUTCOME.requestId))},` +
        `"result":{"bytes":${frame.number(NUMBER.resultBytes)}${hashed}},"sequence":${sequence},` +
        (status === 0 ? '' : `"status":${status},`) +
        (targetRequestId ? `"targetRequestId":${JSON.stringify(targetRequestId)},` : '') +
        `"time":"${time(frame.number(NUMBER.wallMs))}","version":${RECORD_VERSION}}`
      )
    },

    record: (frame, sequence, large) => {
      const members: Record<string, JsonValue> = {
        ...(JSON.parse(frame.text(RECORD.body) ?? String(large)) as JsonObject),
      }
      const whoText = frame.text(RECORD.who)
      const who = whoText ? people.known(whoText, sequence) : undefined
      if (who !== undefined) members['who'] = JSON.parse(who.text) as JsonObject
      const address = frame.text(RECORD.address)
      if (address) {
        const holder = who?.holder ?? people.nobody(sequence)
        members['source'] = holder.commit('address', address, sequence)
        members['who'] ??= { key: holder.key }
      }
      const about = frame.text(RECORD.about)
      if (about)
        members['about'] = people.about(JSON.parse(about) as Record<string, string>, sequence)
      const args = frame.bytes(RECORD.args)
      if (who !== undefined && args !== undefined && args.length > 0) {
        const { start, clear } = argumentsText(
          args,
          frame.text(RECORD.kept),
          who.holder.salt,
          sequence,
        )
        members['arguments'] = parseKeepingNumbers(`${start}${clear}}`) as JsonObject
      }
      const requestId = frame.text(RECORD.requestId)
      if (requestId) members['requestId'] = requestId
      const traceId = frame.text(RECORD.traceId)
      if (traceId) members['traceId'] = traceId
      return finished(frame, sequence, frame.text(RECORD.kind) ?? '', members)
    },
    own: finished,
  }
}

const KEPT_WHEN_CUT: ReadonlySet<string> = new Set(['requestId', 'who', 'source', 'code', 'tool'])

function fits(text: string): boolean {
  return text.length * 3 <= MAX_RECORD_BYTES || Buffer.byteLength(text) <= MAX_RECORD_BYTES
}

function thousandths(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
