// The side file: salts and personal values, one JSON line each, keyed by the person's key and by the record
// that needed them first. It lies beside the log and is written with it, before the record that needs it, so
// that no commitment is without its salt. A person is forgotten by removing the lines with their keys.
import { randomBytes } from '../system/ids.ts'
import { commitment, SALT_BYTES, type Label } from './commitment.ts'

export type SaltLine = { readonly key: string; readonly record: number; readonly salt: string }
export type ValueLine = {
  readonly commitment: string
  readonly key: string
  readonly label: string
  readonly record: number
  readonly value: string
}
export type PersonalLine = SaltLine | ValueLine
/** Stands where all lines of a person were. */
export type ErasedLine = { readonly erased: string; readonly key: string }

/** Somebody (or nobody in particular) with a salt of their own. */
export type Holder = {
  /** Random name of the salt, in record and side file. */
  readonly key: string
  readonly salt: string
  /** Commitment to a personal value, which goes to the side file the first time. */
  readonly commit: (label: Label, value: string, record: number) => string
}

export type Personal = {
  /** The holder of these identifying values; the same values give the same holder. */
  readonly holderOf: (values: readonly string[], record: number) => Holder
  /** Lines that are not written yet. They stay until `written`. */
  readonly pending: () => string
  readonly written: () => void
}

/** Whether a value is what its commitment says. A salt of one length makes the ends of salt, label and value certain. */
export function isCommittedTo(line: ValueLine, salt: string | undefined): boolean {
  return (
    salt !== undefined &&
    SALT.test(salt) &&
    typeof line.value === 'string' &&
    commitment(salt, line.label, line.value) === line.commitment
  )
}
const SALT = /^[A-Za-z0-9_-]{43}$/

/** Bounds on what is remembered. What is forgotten gets a new salt or is written again: both do no harm. */
const MAX_HOLDERS = 20_000
const MAX_VALUES = 64
const KEY_BYTES = 9

export function createPersonal(): Personal {
  const holders = new Map<string, Holder>()
  let lines = ''
  const add = (line: PersonalLine): void => {
    lines += `${JSON.stringify(line)}\n`
  }

  const create = (record: number): Holder => {
    const key = randomBytes(KEY_BYTES).toString('base64url')
    const salt = randomBytes(SALT_BYTES).toString('base64url')
    const known = new Map<string, string>()
    add({ key, record, salt })
    return {
      key,
      salt,
      commit: (label, value, record) => {
        const name = `${label}\0${value}`
        const found = known.get(name)
        if (found !== undefined) return found
        const made = commitment(salt, label, value)
        add({ commitment: made, key, label, record, value })
        if (known.size >= MAX_VALUES) known.clear()
        known.set(name, made)
        return made
      },
    }
  }

  return {
    holderOf: (values, record) => {
      const name = JSON.stringify(values)
      const found = holders.get(name)
      if (found !== undefined) return found
      const made = create(record)
      if (holders.size >= MAX_HOLDERS) holders.clear()
      holders.set(name, made)
      return made
    },
    pending: () => lines,
    written: () => {
      lines = ''
    },
  }
}
