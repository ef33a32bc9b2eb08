// mcp/subscriptions/note-stream.ts: notes wait for a slow reader up to 1 MiB (D-06), and an end is an end.
import { expect, test } from 'vitest'
import { createNoteStream } from '../../../src/mcp/subscriptions/note-stream.ts'

async function rest(messages: AsyncIterable<Buffer>): Promise<string[]> {
  const read: string[] = []
  for await (const message of messages) read.push(message.toString())
  return read
}

test('notes come in order, and the last word after them', async () => {
  const stream = createNoteStream()
  expect([stream.tell(Buffer.from('a')), stream.tell(Buffer.from('b'))]).toEqual([true, true])
  stream.end(Buffer.from('c'))
  expect(stream.tell(Buffer.from('d'))).toBe(false)
  expect(await rest(stream.messages)).toEqual(['a', 'b', 'c'])
  expect(stream.over.aborted).toBe(true)
})

test('D-06: a reader that takes nothing loses the stream above 1 MiB, and what waited with it', async () => {
  const stream = createNoteStream()
  const note = Buffer.alloc(262_144, 'x')
  const taken = Array.from({ length: 6 }, () => stream.tell(note))
  expect(taken).toEqual([true, true, true, true, false, false])
  expect(stream.over.aborted).toBe(true)
  expect(await rest(stream.messages)).toEqual([])
})

test('a reader that leaves ends it', async () => {
  const stream = createNoteStream()
  stream.tell(Buffer.from('a'))
  for await (const _ of stream.messages) break
  expect(stream.over.aborted).toBe(true)
})
