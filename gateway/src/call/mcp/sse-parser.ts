// Server-sent events of a target, parsed from bytes (HTML §9.2.6; attacks M-21): only the data of `message`
// events comes out, and of events with other names where somebody asks for them; ids, retry times and comments of the
// target end here. Lines and events are bounded, so that nothing grows without end. A line of data may be as long as an
// event: SDK v1 sends every answer as one line.
import { createHeldBytes } from './held-bytes.ts'

/** `lineBytes`: of a line that is no data. `eventBytes`: of the data of an event. */
export type SseLimits = { readonly lineBytes: number; readonly eventBytes: number }
export const SSE_LIMITS: SseLimits = { lineBytes: 65_536, eventBytes: 1_048_576 }

export type SseParser = {
  /** Calls `event` for each complete event; stops early once it returns false. Returns what broke a limit. */
  readonly push: (chunk: Buffer) => 'line_too_long' | 'event_too_large' | undefined
}

const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const SPACE = 0x20
const LINE_FEED = Buffer.from([LF])
const DATA = 'data:'
const MESSAGE = 'message'
/** A byte order mark, the name and a space. */
const LONGEST_START = 3 + DATA.length + 1

/** `event` gets the data of one event, lines joined by a line feed, and its name; false stops the parser for good. */
export function createSseParser(
  event: (data: Buffer, name: string) => boolean,
  limits: SseLimits = SSE_LIMITS,
  names: readonly string[] = [MESSAGE],
): SseParser {
  const partial = createHeldBytes()
  const data = createHeldBytes()
  let lines = 0
  let named = MESSAGE
  let isMessage = true
  let afterCr = false
  let first = true
  let stopped = false

  function line(bytes: Buffer): boolean {
    if (bytes.length === 0) {
      const complete = lines > 0 && isMessage
      const whole = data.take()
      lines = 0
      const of = named
      named = MESSAGE
      isMessage = true
      if (complete) stopped = !event(whole, of)
      return true
    }
    const colon = bytes.indexOf(COLON)
    const name = bytes.toString('latin1', 0, colon === -1 ? bytes.length : colon)
    let from = colon === -1 ? bytes.length : colon + 1
    if (bytes[from] === SPACE) from += 1
    const value = bytes.subarray(from)
    if (name === 'event') {
      named = value.toString('latin1') || MESSAGE
      isMessage = names.includes(named)
    }
    if (name !== 'data') return true
    if (lines > 0) data.add(LINE_FEED)
    data.add(value)
    lines += 1
    return data.length() <= limits.eventBytes
  }

  function tooLong(piece: Buffer): 'line_too_long' | 'event_too_large' | undefined {
    const length = partial.length() + piece.length
    if (length <= limits.lineBytes) return undefined
    const start = Buffer.concat([
      partial.peek().subarray(0, LONGEST_START),
      piece.subarray(0, LONGEST_START),
    ])
    if (!startOfLine(start, first).startsWith(DATA)) return 'line_too_long'
    return length <= limits.eventBytes + LONGEST_START ? undefined : 'event_too_large'
  }

  return {
    push(chunk) {
      let from = 0
      let lf = chunk.indexOf(LF)
      let cr = chunk.indexOf(CR)
      while (from < chunk.length && !stopped) {
        const skipped = afterCr && chunk[from] === LF
        afterCr = false
        if (skipped) {
          from += 1
          continue
        }
        // Searched only past what is used up: many short lines must not cost a scan of the chunk each.
        if (lf !== -1 && lf < from) lf = chunk.indexOf(LF, from)
        if (cr !== -1 && cr < from) cr = chunk.indexOf(CR, from)
        const found = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf
        const end = found === -1 ? chunk.length : found
        const piece = chunk.subarray(from, end)
        const broken = tooLong(piece)
        if (broken !== undefined) return broken
        if (found === -1) {
          partial.add(piece)
          return undefined
        }
        let whole = piece
        if (partial.length() > 0) {
          partial.add(piece)
          whole = partial.take()
        }
        if (first && startsWithBom(whole)) whole = whole.subarray(3)
        first = false
        afterCr = chunk[end] === CR
        from = end + 1
        if (!line(whole)) return 'event_too_large'
      }
      return undefined
    },
  }
}

/** A byte order mark may open the stream, and stand nowhere else. */
function startsWithBom(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

function startOfLine(bytes: Buffer, first: boolean): string {
  return bytes.toString('latin1', first && startsWithBom(bytes) ? 3 : 0)
}
