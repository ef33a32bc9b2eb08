// The load of a benchmark: closed loop over raw keep-alive sockets, every answer checked for its own marker.
// One job per message: {port, host, connections, requests, vary, tokens}; answers with figures.
import { connect, type Socket } from 'node:net'

export type Job = {
  /** Default: `tools/call`. */
  readonly method?: 'tools/call' | 'tools/list'
  readonly port: number
  readonly hostHeader: string
  readonly path: string
  readonly connections: number
  readonly requests: number
  /** Same arguments in every call, or a new marker in each. */
  readonly vary: boolean
  /** Sent one after the other, from `firstToken` on; one token: the same in every call. */
  readonly tokens: readonly string[]
}
export type Figures = {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errors: number
  readonly firstError: string | undefined
}

const FILLER = 'x'.repeat(150)
/** What stands in every answer to `tools/list`. */
const LISTED = '"tools":[{'
const VERSION = '2026-07-28'

process.on('message', (job: Job) => {
  void run(job).then((figures) => process.send?.(figures))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })

async function run(job: Job): Promise<Figures> {
  const latencies = new Float64Array(job.requests)
  const state = { sent: 0, done: 0, errors: 0, firstError: undefined as string | undefined }
  const started = performance.now()
  await Promise.all(Array.from({ length: job.connections }, () => drive(job, state, latencies)))
  const seconds = (performance.now() - started) / 1000
  const sorted = latencies.subarray(0, state.done).sort()
  return {
    requestsPerSecond: state.done / seconds,
    p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    errors: state.errors,
    firstError: state.firstError,
  }
}

type State = { sent: number; done: number; errors: number; firstError: string | undefined }

function drive(job: Job, state: State, latencies: Float64Array): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(job.port, '127.0.0.1')
    socket.setNoDelay(true)
    let held = ''
    let marker = ''
    let sentAt = 0
    const next = () => {
      if (state.sent >= job.requests) return socket.end()
      const n = state.sent++
      marker =
        job.method === 'tools/list'
          ? LISTED
          : job.vary
            ? `m${n}-${process.hrtime.bigint().toString(36)}`
            : 'marker-of-every-call'
      sentAt = performance.now()
      socket.write(requestText(job, n, marker), 'latin1')
    }
    const fail = (what: string) => {
      state.errors++
      state.firstError ??= what.slice(0, 600)
    }
    socket.on('connect', next)
    socket.on('data', (chunk: Buffer) => {
      held += chunk.toString('latin1')
      const end = answerEnd(held)
      if (end === undefined) return
      latencies[state.done++] = performance.now() - sentAt
      if (!held.startsWith('HTTP/1.1 200') || !held.includes(marker)) fail(held)
      held = held.slice(end)
      next()
    })
    socket.on('error', (error) => fail(error.message))
    socket.on('close', () => resolve())
  })
}

/** Where the first answer in `text` ends; `undefined` while it is incomplete. */
function answerEnd(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, headEnd))?.[1]
  if (length !== undefined) {
    const end = headEnd + 4 + Number(length)
    return text.length >= end ? end : undefined
  }
  const last = text.indexOf('\r\n0\r\n\r\n', headEnd)
  return last < 0 ? undefined : last + 7
}

function requestText(job: Job, n: number, marker: string): string {
  const token = job.tokens[n % job.tokens.length] ?? ''
  const { method = 'tools/call' } = job
  const named = `"name":"lookup","arguments":{"marker":"${marker}","filler":"${FILLER}","limit":10},`
  const body = `{"jsonrpc":"2.0","id":${n},"method":"${method}","params":{${method === 'tools/call' ? named : ''}"_meta":{"io.modelcontextprotocol/protocolVersion":"${VERSION}","io.modelcontextprotocol/clientCapabilities":{}}}}`
  const mirrored = method === 'tools/call' ? 'Mcp-Name: lookup\r\n' : ''
  return (
    `POST ${job.path} HTTP/1.1\r\nHost: ${job.hostHeader}\r\nAuthorization: Bearer ${token}\r\n` +
    `Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\nMCP-Protocol-Version: ${VERSION}\r\n` +
    `Mcp-Method: ${method}\r\n${mirrored}Content-Length: ${body.length}\r\n\r\n${body}`
  )
}
