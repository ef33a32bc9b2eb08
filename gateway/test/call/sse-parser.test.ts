import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSseParser } from '../../src/call/mcp/sse-parser.ts'

function parse(chunks: readonly Buffer[], limits = { lineBytes: 100, eventBytes: 200 }) {
  const events: string[] = []
  const parser = createSseParser((data) => {
    events.push(data.toString('utf8'))
    return true
  }, limits)
  for (const chunk of chunks) {
    const failure = parser.push(chunk)
    if (failure !== undefined) return { events, failure }
  }
  return { events, failure: undefined }
}
const parseText = (text: string, limits?: { lineBytes: number; eventBytes: number }) =>
  parse([Buffer.from(text)], limits)

describe('HTML §9.2.6: event streams', () => {
  it.each([
    ['data: a\n\n', ['a']],
    ['data:a\n\n', ['a']],
    ['data:  a\n\n', [' a']],
    ['data: a\r\n\r\n', ['a']],
    ['data: a\r\r', ['a']],
    ['data: a\rdata: b\n\r\n', ['a\nb']],
    ['data\n\n', ['']],
    ['data: a\ndata\ndata: b\n\n', ['a\n\nb']],
    ['\ufeffdata: a\n\n', ['a']],
    ['data: a\n\n\ufeffdata: b\n\n', ['a']],
    [': comment\n\ndata: a\n\n', ['a']],
    ['id: 1\nretry: 9\nevent: message\ndata: a\n\n', ['a']],
    ['event: other\ndata: a\n\ndata: b\n\n', ['b']],
    ['event\ndata: a\n\n', ['a']],
    ['Data: a\ndata : b\n\n', []],
    ['data: a\n', []],
    ['data: a', []],
    ['', []],
  ])('%j gives %j', (text, events) => {
    expect(parseText(text)).toEqual({ events, failure: undefined })
  })

  it('the events do not depend on how the bytes are cut', () => {
    const piece = fc.constantFrom(
      'data: ä',
      'data:',
      '\n',
      '\r\n',
      '\r',
      ':c',
      'event: x',
      '\ufeff',
      'x',
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
        (pieces, cuts) => {
          const bytes = Buffer.from(pieces.join(''))
          const chunks: Buffer[] = []
          for (let from = 0, turn = 0; from < bytes.length; turn += 1) {
            const size = cuts[turn % cuts.length] ?? 1
            chunks.push(bytes.subarray(from, from + size))
            from += size
          }
          expect(parse(chunks)).toEqual(parse([bytes]))
        },
      ),
    )
  })

  it('M-21: lines and events are bounded to the byte, whole or in pieces', () => {
    const limits = { lineBytes: 10, eventBytes: 9 }
    expect(parseText(': comment.\ndata: a\n\n', limits).events).toEqual(['a'])
    expect(parseText(': comment..\n', limits).failure).toBe('line_too_long')
    expect(parse([Buffer.from(': com'), Buffer.from('ment..')], limits).failure).toBe(
      'line_too_long',
    )
    expect(parseText('data: abcdefghi\n\n', limits).events).toEqual(['abcdefghi'])
    expect(parseText('\ufeffdata: abcdefghi\n\n', limits).events).toEqual(['abcdefghi'])
    expect(parseText('data: abcdefghij\n\n', limits).failure).toBe('event_too_large')
    expect(parseText('data: abcdefghijklm', limits).failure).toBe('event_too_large')
    expect(parseText('data: abcd\ndata: abcd\n\n', limits).events).toEqual(['abcd\nabcd'])
    expect(parseText('data: abcd\ndata: abcd\ndata:\n\n', limits).failure).toBe('event_too_large')
    expect(parseText(`${'data:\n'.repeat(11)}\n`, limits).failure).toBe('event_too_large')
  })

  it('stops for good when told so', () => {
    const events: string[] = []
    const parser = createSseParser((data) => {
      events.push(data.toString())
      return false
    })
    parser.push(Buffer.from('data: a\n\ndata: b\n\n'))
    parser.push(Buffer.from('data: c\n\n'))
    expect(events).toEqual(['a'])
  })
})
