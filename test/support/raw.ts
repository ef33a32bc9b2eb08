// A raw HTTP/1.1 client for attacks: sends exactly the bytes that it is given and reads answers off the socket.
import { connect, type Socket } from 'node:net'

export type RawAnswer = {
  readonly status: number
  readonly statusLine: string
  /** Header lines as received, in order: lower-case name and value. */
  readonly headers: readonly (readonly [string, string])[]
  readonly header: (name: string) => string | undefined
  readonly body: string
  readonly json: () => Record<string, unknown>
}

export type RawRequest = {
  readonly method?: string
  readonly path?: string
  /** In order, sent as they are; `Host` must be among them. */
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string | Buffer
}

/** A port of this host, or whatever connection the function opens. */
export type Peer = number | (() => Socket)

const WAIT_MS = 15_000

/** Text of a request; adds Content-Length (unless some framing header is given) and nothing else. */
export function rawRequest({
  method = 'POST',
  path = '/mcp',
  headers = [],
  body,
}: RawRequest): Buffer {
  const bytes = body === undefined ? undefined : Buffer.from(body as string)
  const framed = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(bytes && !framed ? [`Content-Length: ${bytes.length}`] : []),
    '',
    '',
  ]
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), ...(bytes ? [bytes] : [])])
}

/** Sends the bytes on a fresh connection and returns the first answer; rejects when the socket closes without one. */
export async function sendRaw(to: Peer, bytes: Buffer | string): Promise<RawAnswer> {
  const answers = await sendRawAll(to, bytes, 1)
  const [first] = answers
  if (!first) throw new Error('the connection closed without an answer')
  return first
}

/** Sends the bytes and reads answers until `count` of them are complete or the socket closes. */
export function sendRawAll(to: Peer, bytes: Buffer | string, count: number): Promise<RawAnswer[]> {
  return new Promise((resolve, reject) => {
    const socket = typeof to === 'number' ? connect(to, '127.0.0.1') : to()
    let received = Buffer.alloc(0)
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      try {
        resolve(parseAnswers(received, true).slice(0, count))
      } catch (error) {
        reject(error)
      }
    }
    const timer = setTimeout(finish, WAIT_MS)
    socket.on('connect', () => socket.write(bytes))
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (parseAnswers(received, false).length >= count) finish()
    })
    socket.on('error', () => undefined)
    socket.on('close', finish)
  })
}

function parseAnswers(bytes: Buffer, ended: boolean): RawAnswer[] {
  const answers: RawAnswer[] = []
  let at = 0
  while (at < bytes.length) {
    const parsed = parseAnswer(bytes, at, ended)
    if (!parsed) break
    if (parsed.answer.status !== 100) answers.push(parsed.answer)
    at = parsed.end
  }
  return answers
}

function parseAnswer(
  bytes: Buffer,
  from: number,
  ended: boolean,
): { answer: RawAnswer; end: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n', from)
  if (headEnd < 0) return undefined
  const [statusLine = '', ...lines] = bytes.toString('latin1', from, headEnd).split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const header = (name: string) => headers.find(([key]) => key === name)?.[1]
  const status = Number(statusLine.split(' ')[1])
  const read = readBody(bytes, headEnd + 4, header, status, ended)
  if (!read) return undefined
  const { body } = read
  return {
    end: read.end,
    answer: {
      status,
      statusLine,
      headers,
      header,
      body,
      json: () => JSON.parse(body) as Record<string, unknown>,
    },
  }
}

function readBody(
  bytes: Buffer,
  start: number,
  header: (name: string) => string | undefined,
  status: number,
  ended: boolean,
): { body: string; end: number } | undefined {
  if (status === 204 || status === 100 || status === 304) return { body: '', end: start }
  if (header('transfer-encoding') === 'chunked') return readChunked(bytes, start, ended)
  const length = header('content-length')
  if (length === undefined)
    return ended ? { body: bytes.toString('utf8', start), end: bytes.length } : undefined
  const end = start + Number(length)
  if (end > bytes.length)
    return ended ? { body: bytes.toString('utf8', start), end: bytes.length } : undefined
  return { body: bytes.toString('utf8', start, end), end }
}

function readChunked(
  bytes: Buffer,
  start: number,
  ended: boolean,
): { body: string; end: number } | undefined {
  const parts: Buffer[] = []
  let at = start
  for (;;) {
    const line = bytes.indexOf('\r\n', at)
    const size = line < 0 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, line), 16)
    if (Number.isNaN(size) || line + 2 + size > bytes.length) {
      return ended ? { body: Buffer.concat(parts).toString('utf8'), end: bytes.length } : undefined
    }
    if (size === 0) return { body: Buffer.concat(parts).toString('utf8'), end: line + 4 }
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
}
