import { expect, test } from 'vitest'
import { eventData } from '../../src/mcp/events.ts'

async function read(...chunks: readonly (string | Buffer)[]): Promise<string[]> {
  const found: string[] = []
  const body = async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  for await (const data of eventData(body())) found.push(data)
  return found
}

test.each([
  [['data: a\n\ndata: b\n\n'], ['a', 'b'], 'two events'],
  [['data: a\r\n\r\ndata: b\r\rdata: c\n\n'], ['a', 'b', 'c'], 'the three line ends'],
  [['data: a\r', '\n\r', '\ndata: b\n', '\n'], ['a', 'b'], 'line ends between chunks'],
  [['data:a\ndata\ndata:  b\n\n'], ['a\n\n b'], 'several lines, one space after the colon dropped'],
  [[': comment\nevent: x\nid: 1\nretry: 5\ndata: a\n\n\n'], ['a'], 'other fields and comments'],
  [['data: a\n\ndata: cut off'], ['a'], 'an event that the end cuts off'],
  [['data: a\n\r'], ['a'], 'a last line that ends with CR'],
])('HTML §9.2.6: %j holds %j (%s)', async (chunks, expected) => {
  expect(await read(...chunks)).toEqual(expected)
})

test('HTML §9.2.6: a character may come in two chunks', async () => {
  const [first, second] = [
    Buffer.from('data: ä\n\n').subarray(0, 7),
    Buffer.from('data: ä\n\n').subarray(7),
  ]
  expect(await read(first, second)).toEqual(['ä'])
})

test('bytes that are no UTF-8 end the stream', async () => {
  await expect(read(Buffer.from([0xff]))).rejects.toThrow(TypeError)
})
