// Server-sent events (HTML §9.2; MCP 2026-07-28, transports/streamable-http): each message one event, comments
// that keep the connection alive, and an end for readers that are too slow. Messages come checked and
// on one line each; a line break in one would forge an event and ends the stream instead (M-21).
import type { ServerResponse } from 'node:http'

import { answerHeaders, contentOfTarget, type AnswerContext } from './answer-headers.ts'

export type StreamSettings = {
  readonly keepAliveMs: number
  /** More than this waiting for a slow reader … */
  readonly bufferedBytes: number
  /** … for longer than this ends the stream. */
  readonly slowReaderMs: number
}

const DEFAULT_STREAM_SETTINGS: StreamSettings = {
  keepAliveMs: 15_000,
  bufferedBytes: 1_048_576,
  slowReaderMs: 2_000,
}

/** `broken`: the source failed, or sent what may not pass. */
export type StreamEnd = 'finished' | 'client_gone' | 'too_slow' | 'broken'

const BEGIN = Buffer.from('event: message\ndata: ')
const END = Buffer.from('\n\n')
const KEEP_ALIVE = ': keep-alive\n\n'

/** Writes until the source ends or nobody reads. Never rejects; the source is always told that it is over. */
export async function writeStream(
  res: ServerResponse,
  messages: AsyncIterable<Buffer>,
  context: AnswerContext,
  settings: StreamSettings = DEFAULT_STREAM_SETTINGS,
): Promise<StreamEnd> {
  const headers = contentOfTarget(answerHeaders(context))
  headers.push('content-type', 'text/event-stream', 'x-accel-buffering', 'no')
  res.writeHead(200, headers)
  res.flushHeaders()
  const keepAlive = setInterval(() => {
    if (res.writableLength === 0) res.write(KEEP_ALIVE)
  }, settings.keepAliveMs)
  const source = messages[Symbol.asyncIterator]()
  const end = await relay(res, source, settings)
  clearInterval(keepAlive)
  if (end === 'finished') res.end()
  else res.destroy()
  // Not awaited: a source that hangs in the middle of an event answers only once its own signal ends it.
  void close(source)
  return end
}

async function relay(
  res: ServerResponse,
  source: AsyncIterator<Buffer>,
  settings: StreamSettings,
): Promise<StreamEnd> {
  try {
    for (;;) {
      const next = await nextUnlessGone(res, source)
      if (next === 'gone') return 'client_gone'
      if (next.done === true) return 'finished'
      const message = next.value
      // INVARIANT: one line. CR ends a line in this format as LF does.
      if (message.includes(0x0a) || message.includes(0x0d)) return 'broken'
      if (res.writableLength > settings.bufferedBytes && !(await drained(res, settings))) {
        return 'too_slow'
      }
      res.write(Buffer.concat([BEGIN, message, END]))
    }
  } catch {
    return 'broken'
  }
}

/** A source may stay silent for long: a reader that leaves is noticed at once. */
function nextUnlessGone(
  res: ServerResponse,
  source: AsyncIterator<Buffer>,
): Promise<IteratorResult<Buffer> | 'gone'> {
  if (res.destroyed) return Promise.resolve('gone')
  return new Promise((resolve, reject) => {
    const onClose = (): void => resolve('gone')
    res.once('close', onClose)
    source
      .next()
      .finally(() => res.off('close', onClose))
      .then(resolve, reject)
  })
}

/** True once the reader has caught up, or has gone. */
function drained(res: ServerResponse, settings: StreamSettings): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (caughtUp: boolean) => (): void => {
      clearTimeout(deadline)
      res.off('drain', onDrain)
      res.off('close', onDrain)
      resolve(caughtUp)
    }
    const onDrain = settle(true)
    const deadline = setTimeout(settle(false), settings.slowReaderMs)
    res.once('drain', onDrain)
    res.once('close', onDrain)
  })
}

async function close(source: AsyncIterator<Buffer>): Promise<void> {
  try {
    await source.return?.()
  } catch {
    // The stream is over; what its source still says is in the facts of the call.
  }
}
