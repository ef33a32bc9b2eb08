// Takes members out of one object inside a JSON text without touching any other byte, so that numbers stay as they were
// written and large answers need not be built again. The text must have passed the strict reader (read.ts): this
// one checks nothing. A name that is written with an escape is another one here, and stays.

/**
 * `within`: the member of the root whose value is the object. `cut` is asked with the name and the first byte of the
 * value. The very same buffer comes back where nothing is cut.
 */
export function cutMembers(
  text: Buffer,
  within: string,
  cut: (name: string, first: number) => boolean,
): Buffer {
  let at = skipSpace(text, 0) + 1
  for (;;) {
    const member = readMember(text, at)
    if (member === undefined) return text
    if (member.name === within) {
      return text[member.value] === OPEN_OBJECT ? cutFrom(text, member.value, cut) : text
    }
    at = afterComma(text, skipValue(text, member.value))
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d

function cutFrom(
  text: Buffer,
  object: number,
  cut: (name: string, first: number) => boolean,
): Buffer {
  const kept: Buffer[] = []
  let at = object + 1
  let from = 0
  let isFirst = true
  for (;;) {
    const member = readMember(text, at)
    if (member === undefined) break
    const end = skipValue(text, member.value)
    const next = afterComma(text, end)
    if (cut(member.name, text[member.value] as number)) {
      kept.push(text.subarray(from, member.start))
      // The first member that stays takes the comma of those before it along.
      if (!isFirst && next === end) dropComma(kept)
      from = next
    } else isFirst = false
    at = next
    if (next === end) break
  }
  if (kept.length === 0) return text
  kept.push(text.subarray(from))
  return Buffer.concat(kept)
}

/** `start`: of the name's quote. `undefined`: the object ends here. */
function readMember(
  text: Buffer,
  at: number,
): { readonly name: string; readonly start: number; readonly value: number } | undefined {
  const start = skipSpace(text, at)
  if (text[start] !== QUOTE) return undefined
  const end = skipString(text, start)
  const colon = skipSpace(text, end)
  return {
    name: text.toString('utf8', start + 1, end - 1),
    start,
    value: skipSpace(text, colon + 1),
  }
}

/** Behind a value. */
function skipValue(text: Buffer, at: number): number {
  const first = text[at] as number
  if (first === QUOTE) return skipString(text, at)
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) {
    let end = at
    while (end < text.length && !ENDS_SCALAR[text[end] as number]) end += 1
    return end
  }
  let depth = 0
  for (let index = at; index < text.length; index += 1) {
    const byte = text[index]
    if (byte === QUOTE) index = skipString(text, index) - 1
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth -= 1
      if (depth === 0) return index + 1
    }
  }
  return text.length
}

/** Behind the closing quote. */
function skipString(text: Buffer, at: number): number {
  let end = text.indexOf(QUOTE, at + 1)
  while (end !== -1) {
    let slashes = 0
    while (text[end - 1 - slashes] === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return end + 1
    end = text.indexOf(QUOTE, end + 1)
  }
  return text.length
}

function skipSpace(text: Buffer, at: number): number {
  let index = at
  while (isSpace(text[index])) index += 1
  return index
}

/** Behind the comma that follows a value, where one does; else the very place. */
function afterComma(text: Buffer, at: number): number {
  const next = skipSpace(text, at)
  return text[next] === COMMA ? next + 1 : at
}

/** The one before the last member: where several are cut there, it stands in an earlier piece than the last. */
function dropComma(pieces: Buffer[]): void {
  const last = pieces.findLastIndex((piece) => piece.includes(COMMA))
  const piece = pieces[last]
  if (piece !== undefined) pieces[last] = piece.subarray(0, piece.lastIndexOf(COMMA))
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

const ENDS_SCALAR: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  [COMMA, CLOSE_OBJECT, CLOSE_ARRAY, 0x20, 0x0a, 0x0d, 0x09].includes(byte),
)
