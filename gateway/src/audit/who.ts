// Who a record is about, with commitments where personal values were. Made once per identity and remembered.
import { canonicalJson } from '../json/canonical.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import type { Label } from './commitment.ts'
import type { Who } from './describe.ts'
import type { Holder, Personal } from './personal.ts'

export type Known = {
  /** In canonical form. */
  readonly text: string
  readonly holder: Holder
  readonly authTimeSeconds: number | undefined
}

export type People = {
  /** `text`: a Who in JSON. */
  readonly known: (text: string, sequence: number) => Known
  /** Whoever an event is about: `issuer` in clear, all other values as commitments. */
  readonly about: (values: Readonly<Record<string, string>>, sequence: number) => JsonObject
  /** For what belongs to nobody in particular. */
  readonly nobody: (sequence: number) => Holder
}

const MAX_KNOWN = 10_000
const NOBODY = ['nobody']

export function createPeople(personal: Personal): People {
  const remembered = new Map<string, Known>()

  const make = (text: string, sequence: number): Known => {
    const { subject, tenant, tags, session, authTimeSeconds, ...clear } = JSON.parse(text) as Who
    const holder = personal.holderOf(
      subject === undefined
        ? ['client', clear.issuer, clear.client]
        : person(clear.issuer, subject),
      sequence,
    )
    const who = {
      ...clear,
      key: holder.key,
      ...commitments(
        holder,
        { subject, tenant, session, tags: tags && canonicalJson(tags) },
        sequence,
      ),
    }
    return { text: canonicalJson(who), holder, authTimeSeconds }
  }

  return {
    known: (text, sequence) => {
      let known = remembered.get(text)
      if (known === undefined) {
        known = make(text, sequence)
        if (remembered.size >= MAX_KNOWN) remembered.clear()
        remembered.set(text, known)
      }
      return known
    },
    about: ({ issuer = '', ...values }, sequence) => {
      const { subject } = values
      const holder = personal.holderOf(
        subject === undefined ? NOBODY : person(issuer, subject),
        sequence,
      )
      return { issuer, key: holder.key, ...commitments(holder, values, sequence) }
    },
    nobody: (sequence) => personal.holderOf(NOBODY, sequence),
  }
}

function person(issuer: string, subject: string): readonly string[] {
  return ['person', issuer, subject]
}

function commitments(
  holder: Holder,
  values: Readonly<Record<string, string | undefined>>,
  sequence: number,
): JsonObject {
  const made: Record<string, JsonValue> = {}
  for (const [label, value] of Object.entries(values)) {
    if (value !== undefined) made[label] = holder.commit(label as Label, value, sequence)
  }
  return made
}
