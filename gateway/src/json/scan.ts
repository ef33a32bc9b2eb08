// One pass over the bytes of a document: grammar (RFC 8259), depth, size, duplicate members, lone
// surrogates, and whether a number in it needs to be kept as text. It allocates nothing for an ordinary
// request. Control characters inside long strings are left to JSON.parse, which runs afterwards.
import type { JsonFailure, JsonLimits } from './limits.ts'
import { Members } from './members.ts'
import { endOfNumber, isReproduced } from './scan-number.ts'
import { Strings } from './scan-string.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a

// INVARIANT: the scan is synchronous and calls nobody outside this folder, so one scratch space is enough.
const members = new Members()
const strings = new Strings()

/** `raw`: valid, and at least one number is not reproduced by its double. */
export function scan(bytes: Buffer, limits: JsonLimits): 'exact' | 'raw' | JsonFailure {
  members.begin(bytes, limits)
  strings.begin(bytes)
  const fail = (failure: JsonFailure['failure'], offset: number): JsonFailure => ({
    failure,
    offset,
    path: members.path(),
  })
  let at = 0
  let nodes = 0
  let raw = false

  for (;;) {
    at = skipSpace(bytes, at)
    nodes += 1
    if (nodes > limits.nodes) return fail('nodes', at)
    const first = bytes[at]
    let valueEnded = true
    if (first === QUOTE) {
      const end = strings.end(at + 1)
      if (end < 0) return fail(strings.failure(-end), -end)
      at = end
    } else if (first === 0x7b /* { */) {
      if (members.depth === limits.depth) return fail('depth', at)
      members.openObject()
      at = skipSpace(bytes, at + 1)
      if (bytes[at] !== 0x7d) {
        at = member(bytes, at)
        if (at < 0) return fail(memberFailure(-at), -at)
        valueEnded = false
      }
    } else if (first === 0x5b /* [ */) {
      if (members.depth === limits.depth) return fail('depth', at)
      members.openArray()
      at = skipSpace(bytes, at + 1)
      if (bytes[at] !== 0x5d) valueEnded = false
    } else if (first === 0x2d || (first !== undefined && first >= 0x30 && first <= 0x39)) {
      const end = endOfNumber(bytes, at)
      if (end < 0) return fail('syntax', -end)
      if (end - at > limits.numberLength) return fail('number', at)
      const reproduced = isReproduced(bytes, at, end)
      if (reproduced === undefined) return fail('number', at)
      if (!reproduced) raw = true
      at = end
    } else {
      const end = endOfLiteral(bytes, at)
      if (end === at) return fail('syntax', at)
      at = end
    }

    // After a value: what closes, then what follows.
    while (valueEnded) {
      at = skipSpace(bytes, at)
      if (members.depth === 0) {
        if (at === bytes.length) return raw ? 'raw' : 'exact'
        return fail('trailing', at)
      }
      const next = bytes[at]
      if (next === COMMA) {
        if (members.inObject()) {
          at = member(bytes, skipSpace(bytes, at + 1))
          if (at < 0) return fail(memberFailure(-at), -at)
        } else {
          members.nextElement()
          at += 1
        }
        valueEnded = false
      } else if (next === (members.inObject() ? 0x7d : 0x5d)) {
        members.close()
        at += 1
      } else {
        return fail('syntax', at)
      }
    }
  }
}

/** Reads `"name" :` and returns where the value begins, or minus the place of the failure. */
function member(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return -at
  const start = at + 1
  const end = strings.end(start)
  if (end < 0) return end
  if (!members.add(start, end - 1)) return -at
  const colon = skipSpace(bytes, end)
  return bytes[colon] === COLON ? colon + 1 : -colon
}

function memberFailure(at: number): JsonFailure['failure'] {
  return members.refused ?? strings.failure(at)
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  for (;;) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
    at += 1
  }
}

function endOfLiteral(bytes: Buffer, at: number): number {
  for (const literal of LITERALS) {
    if (bytes[at] !== literal[0]) continue
    for (let index = 1; index < literal.length; index += 1) {
      if (bytes[at + index] !== literal[index]) return at
    }
    return at + literal.length
  }
  return at
}

const LITERALS = ['true', 'false', 'null'].map((text) => Buffer.from(text))
