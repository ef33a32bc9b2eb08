import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createFrameReader,
  createFrameWriter,
  createShared,
  FRAME,
} from '../../src/audit/frames.ts'

type Sent = {
  readonly numbers: readonly number[]
  readonly parts: readonly string[]
  readonly last: Buffer
}

const frame = fc.record({
  numbers: fc.array(fc.double({ noNaN: true }), { maxLength: 6 }),
  parts: fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 8 }),
  last: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
})
/** Frames that are put before the reader may look again, and whether it does. */
const turns = fc.array(fc.tuple(fc.array(frame, { maxLength: 12 }), fc.boolean()), {
  maxLength: 40,
})

test('what is put arrives once, in order and unchanged, round the ring and however the reader is late', () => {
  fc.assert(
    fc.property(turns, (turns) => {
      const shared = createShared(4096)
      const writer = createFrameWriter(shared)
      const reader = createFrameReader(shared)
      const sent: Sent[] = []
      const arrived: Sent[] = []
      for (const [put, read] of turns) {
        for (const { numbers, parts, last } of put) {
          if (writer.put(FRAME.record, numbers, parts, last)) sent.push({ numbers, parts, last })
        }
        writer.publish()
        if (!read) continue
        // Twice: what is not released comes again.
        reader.each(() => undefined)
        const expected = sent.slice(arrived.length)
        let position = 0
        reader.each((got) => {
          const { numbers, parts } = expected[position++] ?? { numbers: [], parts: [] }
          arrived.push({
            numbers: numbers.map((_, n) => got.number(n)),
            parts: parts.map((_, n) => got.text(n) ?? 'missing'),
            last: Buffer.from(got.bytes(parts.length) ?? 'missing'),
          })
        })
        reader.release()
        expect(reader.pending()).toBe(false)
      }
      expect(arrived).toEqual(sent.slice(0, arrived.length))
    }),
    { numRuns: 300 },
  )
})

test('a full ring takes nothing more until the reader has released', () => {
  const shared = createShared(4096)
  const writer = createFrameWriter(shared)
  const reader = createFrameReader(shared)
  const put = () => writer.put(FRAME.record, [], ['x'.repeat(200)])
  let taken = 0
  while (put()) taken += 1
  expect(taken).toBeGreaterThan(3)
  writer.publish()
  reader.each(() => undefined)
  expect(put()).toBe(false)
  reader.release()
  expect(put()).toBe(true)
})

test('a part beside the ring is marked, and one that is empty is not', () => {
  const shared = createShared(4096)
  const writer = createFrameWriter(shared)
  const reader = createFrameReader(shared)
  writer.put(FRAME.intent, [], ['a', undefined])
  writer.put(FRAME.intent, [], ['', ''])
  writer.publish()
  const seen: unknown[] = []
  reader.each((got) => seen.push([got.kind, got.large, got.text(0), got.text(1)]))
  expect(seen).toEqual([
    [FRAME.intent, true, 'a', undefined],
    [FRAME.intent, false, '', ''],
  ])
})
