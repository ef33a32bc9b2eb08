// What a policy may ask besides caller, tool and arguments (policy-audit §1.2): `context.network.address`, the peer's,
// and `context.time`, the instant and its hour, minute and weekday in the configured time zone. Ours alone: AgentCore
// has only `context.input`. Each is put into a request, and so into the key of its decision, only where the slice reads
// it.
import type { CedarValueJson, Type } from '@cedar-policy/cedar-wasm/nodejs'
import { canonicalAddress } from '../net/addresses.ts'

export type Circumstances = {
  /** Of the peer, as the socket says it; `undefined` where nobody knows it. */
  readonly address: string | undefined
  readonly nowMs: number
}
export type Circumstance =
  'network.address' | 'time.now' | 'time.hour' | 'time.minute' | 'time.weekday'
/** Hour 0–23, minute 0–59, weekday 1 (Monday) – 7. */
export type Clockface = (nowMs: number) => {
  readonly hour: number
  readonly minute: number
  readonly weekday: number
}

const TYPES: Readonly<Record<Circumstance, Type<string>>> = {
  'network.address': { type: 'Extension', name: 'ipaddr' },
  'time.now': { type: 'Extension', name: 'datetime' },
  'time.hour': { type: 'Long' },
  'time.minute': { type: 'Long' },
  'time.weekday': { type: 'Long' },
}
/** Constructors of those that are extension values. */
const FUNCTIONS: Partial<Record<Circumstance, string>> = {
  'network.address': 'ip',
  'time.now': 'datetime',
}
export const CIRCUMSTANCES = Object.keys(TYPES) as readonly Circumstance[]
/** Members of the context that hold them. */
export const CIRCUMSTANCE_RECORDS: readonly string[] = ['network', 'time']
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const MINUTE_MS = 60_000

/** Throws where the time zone is not known. */
export function createClockface(timeZone: string): Clockface {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
    weekday: 'short',
  })
  let known = { from: Number.NaN, hour: 0, minute: 0, weekday: 0 }
  return (nowMs) => {
    const from = nowMs - (nowMs % MINUTE_MS)
    if (known.from !== from) {
      const parts = new Map(format.formatToParts(from).map(({ type, value }) => [type, value]))
      known = {
        from,
        hour: Number(parts.get('hour')),
        minute: Number(parts.get('minute')),
        weekday: WEEKDAYS.indexOf(parts.get('weekday') ?? '') + 1,
      }
    }
    return known
  }
}

export const UTC = createClockface('UTC')

/** The members of the context as the engine takes them; `undefined` where one that is read is not known. */
export function circumstanceValues(
  read: readonly Circumstance[],
  circumstances: Circumstances,
  clockface: Clockface,
): Readonly<Record<string, CedarValueJson>> | undefined {
  const context: Record<string, Record<string, CedarValueJson>> = {}
  for (const circumstance of read) {
    const [record, member] = circumstance.split('.') as [string, string]
    const value = circumstanceText(circumstance, circumstances, clockface)
    if (value === undefined) return undefined
    const fn = FUNCTIONS[circumstance]
    const made = fn === undefined ? value : { __extn: { fn, arg: String(value) } }
    ;(context[record] ??= {})[member] = made
  }
  return context
}

/** One of them as an operator reads it. */
export function circumstanceText(
  circumstance: Circumstance,
  { address, nowMs }: Circumstances,
  clockface: Clockface,
): string | number | undefined {
  switch (circumstance) {
    case 'network.address':
      return address === undefined ? undefined : canonicalAddress(address)
    case 'time.now':
      return new Date(nowMs).toISOString()
    case 'time.hour':
      return clockface(nowMs).hour
    case 'time.minute':
      return clockface(nowMs).minute
    case 'time.weekday':
      return clockface(nowMs).weekday
  }
}

/** Attributes of the context beside `input`. */
export function circumstanceTypes(read: readonly Circumstance[]): Record<string, Type<string>> {
  const records: Record<string, Type<string>> = {}
  for (const name of CIRCUMSTANCE_RECORDS) {
    const members = read
      .map((circumstance) => [circumstance, circumstance.split('.') as [string, string]] as const)
      .filter(([, [record]]) => record === name)
    if (members.length === 0) continue
    const attributes = members.map(([circumstance, [, member]]) => [member, TYPES[circumstance]])
    records[name] = { type: 'Record', attributes: Object.fromEntries(attributes) }
  }
  return records
}
