// Server-sent events (WHATWG HTML §9.2.6) of one answer: the data of each event, in order. Lines end with
// LF, CR or CRLF; comments and fields other than `data` are of no use here. Sizes are capped.

const MAX_EVENT_LENGTH = 64 * 1024 * 1024

/** The `data` of each complete event. One that the stream's end cuts off is dropped, as the standard says. */
export async function* eventData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = []
  let length = 0
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (data.length > 0) yield data.join('\n')
      data = []
      length = 0
      continue
    }
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    if (field !== 'data') continue
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    length += value.length
    if (length > MAX_EVENT_LENGTH) throw new RangeError('an event is too large')
    data.push(value)
  }
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    if (rest.length > MAX_EVENT_LENGTH) throw new RangeError('a line is too large')
    // A CR at the end may be the first half of CRLF: it waits for the next chunk.
    const end = rest.endsWith('\r') ? rest.length - 1 : rest.length
    const lines = rest.slice(0, end).split(/\r\n|\n|\r/)
    rest = (lines.pop() ?? '') + rest.slice(end)
    yield* lines
  }
  if (rest.endsWith('\r')) yield rest.slice(0, -1)
}
