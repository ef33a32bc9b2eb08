// One thing that an operator has switched off, as it lies in the store: everything, a target, a tool, an OAuth client or
// a person. Clients and persons are named with their issuer; nobody is switched off by a name that another issuer gives.
import { isJsonObject } from '../../json/raw-number.ts'
import { readJson } from '../../json/read.ts'

export type Switched =
  | { readonly what: 'everything' }
  | { readonly what: 'target' | 'tool'; readonly name: string }
  | { readonly what: 'client' | 'person'; readonly issuer: string; readonly name: string }

export type Switch = {
  readonly switched: Switched
  /** The operator's words. */
  readonly reason: string
  /** Wall clock, milliseconds. */
  readonly sinceMs: number
}

/** The id of the row: injective. */
export function switchKey(switched: Switched): string {
  switch (switched.what) {
    case 'everything':
      return '["everything"]'
    case 'target':
    case 'tool':
      return JSON.stringify([switched.what, switched.name])
    case 'client':
    case 'person':
      return JSON.stringify([switched.what, switched.issuer, switched.name])
  }
}

/** Why a caller cannot call a tool, in words; `undefined`: nothing of it is switched off. */
export function disabledFor(
  switches: readonly Switch[],
  { issuer, clientId, subject }: Named,
  entry: { readonly target: string; readonly qualifiedName: string } | undefined,
): string | undefined {
  const found = switches.find(({ switched }) => {
    switch (switched.what) {
      case 'everything':
        return true
      case 'target':
        return switched.name === entry?.target
      case 'tool':
        return switched.name === entry?.qualifiedName
      case 'client':
        return switched.issuer === issuer && switched.name === clientId
      case 'person':
        return switched.issuer === issuer && switched.name === subject
    }
  })
  if (found === undefined) return undefined
  const { what } = found.switched
  return `${what === 'everything' ? what : `the ${what}`} is disabled: ${found.reason}`
}

type Named = {
  readonly issuer: string
  readonly clientId: string
  readonly subject?: string | undefined
}

export function switchText({ switched, reason, sinceMs }: Switch): string {
  return JSON.stringify({ ...switched, reason, sinceMs })
}

/** The switch in a row's value; `undefined` where it is none that this version knows. */
export function parseSwitch(text: string): Switch | undefined {
  const read = readJson(Buffer.from(text), { depth: 4, nodes: 32, numberLength: 32 })
  if (!('value' in read) || !isJsonObject(read.value)) return undefined
  const { what, name, issuer, reason, sinceMs } = read.value
  if (typeof reason !== 'string' || typeof sinceMs !== 'number') return undefined
  const switched = switchedOf(what, name, issuer)
  return switched && { switched, reason, sinceMs }
}

function switchedOf(what: unknown, name: unknown, issuer: unknown): Switched | undefined {
  if (what === 'everything') return { what }
  if (typeof name !== 'string') return undefined
  if (what === 'target' || what === 'tool') return { what, name }
  if (typeof issuer !== 'string') return undefined
  return what === 'client' || what === 'person' ? { what, issuer, name } : undefined
}
