// A closed loop on one raw keep-alive socket: the next request goes when the answer to the last has come, and every
// answer is checked for its own marker. A client of the old era opens its session first, before the clock runs.
import { connect, type Socket } from 'node:net'
import { answerEnd, expected, isRight } from './read-answer.ts'
import { initializedText, initializeText, requestText } from './request-text.ts'
import type { Figures, Job } from './job.ts'

export async function runJob(job: Job): Promise<Figures> {
  const latencies = new Float64Array(job.requests)
  const state: State = { sent: 0, done: 0, errors: 0, firstError: undefined }
  const lines = await Promise.all(Array.from({ length: job.connections }, () => openLine(job)))
  const started = performance.now()
  await Promise.all(lines.map((line) => drive(line, job, state, latencies)))
  const seconds = (performance.now() - started) / 1000
  const sorted = latencies.subarray(0, state.done).sort()
  return {
    requestsPerSecond: state.done / seconds,
    p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    errors: state.errors + (state.done < job.requests && state.errors === 0 ? 1 : 0),
    firstError: state.firstError ?? (state.done < job.requests ? 'answers are missing' : undefined),
  }
}

type State = { sent: number; done: number; errors: number; firstError: string | undefined }
/** A connection, and the session that belongs to it. */
type Line = { readonly socket: Socket; readonly session: string | undefined }

async function openLine(job: Job): Promise<Line> {
  const socket = connect(job.port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  if (job.era !== 'old') return { socket, session: undefined }
  const [token = ''] = job.tokens
  const opened = await exchange(socket, initializeText(job, token))
  const session = /\r\nmcp-session-id: *([^\r]+)/i.exec(opened)?.[1]
  await exchange(socket, initializedText(job, token, session))
  return { socket, session }
}

function exchange(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve) => {
    let held = ''
    const over = (): void => {
      socket.off('data', read)
      socket.off('close', over)
      resolve(held)
    }
    const read = (chunk: Buffer): void => {
      held += chunk.toString('latin1')
      if (answerEnd(held) !== undefined) over()
    }
    socket.on('data', read)
    socket.on('close', over)
    socket.write(request, 'latin1')
  })
}

function drive(line: Line, job: Job, state: State, latencies: Float64Array): Promise<void> {
  const { socket, session } = line
  return new Promise((resolve) => {
    let held = ''
    let wanted = ''
    let sentAt = 0
    const next = (): void => {
      if (state.sent >= job.requests) return void socket.end()
      const n = state.sent++
      const marker = job.vary
        ? `m${n}-${process.hrtime.bigint().toString(36)}`
        : 'marker-of-every-call'
      wanted = expected(job, marker)
      sentAt = performance.now()
      socket.write(requestText(job, n, marker, session), 'latin1')
    }
    const fail = (what: string): void => {
      state.errors++
      state.firstError ??= what.slice(0, 1200)
    }
    socket.on('data', (chunk: Buffer) => {
      held += chunk.toString('latin1')
      const end = answerEnd(held)
      if (end === undefined) return
      latencies[state.done++] = performance.now() - sentAt
      if (!isRight(held, wanted)) fail(held)
      held = held.slice(end)
      next()
    })
    socket.on('error', (error) => fail(error.message))
    socket.on('close', () => resolve())
    if (socket.destroyed) resolve()
    else if (socket.connecting) socket.once('connect', next)
    else next()
  })
}
