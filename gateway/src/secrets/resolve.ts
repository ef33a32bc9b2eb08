// References → secrets. A file is looked at again at most once a second and read again when it was replaced or
// written; every read is reported for the audit. The version tells two secrets apart and reveals nothing.
import { createHmac } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { Clock } from '../system/clock.ts'
import { randomBytes } from '../system/ids.ts'
import { readSecretFile, secretText, stampOf } from './read-secret.ts'
import type { SecretRef } from './reference.ts'
import { SecretError } from './secret-error.ts'

const LOOK_AGAIN_MS = 1000

export type Secret = { readonly value: string; readonly version: string }

/** What the audit learns of a read (`secret_read`). */
export type SecretRead = {
  /** `file <path>` or `environment variable <NAME>`. */
  readonly place: string
  /** Version of the value, or the reason why there is none. */
  readonly version: string | undefined
  readonly failed: string | undefined
}

export type Secrets = {
  /** Rejects with SecretError. Parallel callers share one read. */
  readonly resolve: (reference: SecretRef) => Promise<Secret>
  /** The secret as known now, without waiting; `undefined` where `resolve` would have to look. */
  readonly known: (reference: SecretRef) => Secret | undefined
}

export type SecretsParts = {
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Called for every value that is new to this process, and for every failure that is. */
  readonly onRead: (read: SecretRead) => void
}

type Slot = {
  secret: Secret | undefined
  stamp: string
  failed: string | undefined
  lookAgainAtMs: number
  looking: Promise<Secret> | undefined
}

export function createSecrets(parts: SecretsParts): Secrets {
  const { clock } = parts
  const salt = randomBytes(32)
  const slots = new Map<string, Slot>()

  const known = (reference: SecretRef): Secret | undefined => {
    const slot = slots.get(placeOf(reference))
    return slot !== undefined && clock.monotonicMs() < slot.lookAgainAtMs ? slot.secret : undefined
  }

  const resolve = (reference: SecretRef): Promise<Secret> => {
    const place = placeOf(reference)
    const slot = slots.get(place) ?? newSlot()
    slots.set(place, slot)
    const secret = known(reference)
    if (secret !== undefined) return Promise.resolve(secret)
    slot.looking ??= look(reference, place, slot).finally(() => {
      slot.looking = undefined
    })
    return slot.looking
  }

  const look = async (reference: SecretRef, place: string, slot: Slot): Promise<Secret> => {
    try {
      const { value, stamp } = await read(reference, place, slot)
      const version = createHmac('sha256', salt).update(value).digest('hex').slice(0, 12)
      if (slot.secret?.version !== version) {
        slot.secret = { value, version }
        parts.onRead({ place, version, failed: undefined })
      }
      slot.stamp = stamp
      slot.failed = undefined
      slot.lookAgainAtMs = clock.monotonicMs() + LOOK_AGAIN_MS
      return slot.secret
    } catch (error) {
      const failed = error instanceof SecretError ? error.reason : 'unknown'
      slot.secret = undefined
      if (slot.failed !== failed) parts.onRead({ place, version: undefined, failed })
      slot.failed = failed
      throw error
    }
  }

  const read = async (
    reference: SecretRef,
    place: string,
    slot: Slot,
  ): Promise<{ value: string; stamp: string }> => {
    if (reference.env !== undefined) {
      const { environment } = parts
      const text = Object.hasOwn(environment, reference.env)
        ? environment[reference.env]
        : undefined
      if (text === undefined) throw new SecretError('not_set', place)
      return { value: secretText(text, place), stamp: '' }
    }
    if (slot.secret !== undefined) {
      const facts = await stat(reference.file).catch(() => undefined)
      if (facts !== undefined && stampOf(facts) === slot.stamp) {
        return { value: slot.secret.value, stamp: slot.stamp }
      }
    }
    return readSecretFile(reference.file)
  }

  return { resolve, known }
}

function newSlot(): Slot {
  return { secret: undefined, stamp: '', failed: undefined, lookAgainAtMs: 0, looking: undefined }
}

function placeOf(reference: SecretRef): string {
  return reference.env === undefined
    ? `file ${reference.file}`
    : `environment variable ${reference.env}`
}
