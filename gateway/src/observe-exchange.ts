// What an operator sees of every exchange: one line in the log, two metrics. No payload, no token, no person.
import type { AnswerWatch } from './observe-answers.ts'
import type { Log } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'
import type { Ended, Exchange } from './exchange.ts'
import type { Traces } from './observe/traces.ts'
import type { Clock } from './system/clock.ts'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 100]

export function createExchangeObserver({
  log,
  metrics,
  clock,
  answers,
  traces,
}: {
  readonly log: Log
  readonly metrics: Metrics
  readonly clock: Clock
  readonly answers: AnswerWatch
  readonly traces: Pick<Traces, 'ended'>
}): (exchange: Exchange, ended: Ended) => void {
  const requests = metrics.counter('sallyport_requests', 'answered requests by code', ['code'])
  const duration = metrics.histogram(
    'sallyport_request_duration_seconds',
    'from the headers to the end of the answer',
    SECONDS,
  )
  return (exchange, { code, refused, error, answer }) => {
    const nowMs = clock.monotonicMs()
    const durationMs = nowMs - exchange.startedMs
    requests.with(code).inc()
    duration.observe(durationMs / 1000)
    const { requestId, request, inbound, identity, tool, trace } = exchange
    if (answer !== undefined) answers.look({ tool: tool ?? '', requestId, body: answer }, nowMs)
    if (error !== undefined) log.error({ requestId, code, err: error }, 'a fault')
    log.request({
      requestId,
      ...(refused ? { code } : { outcome: code }),
      peer: request.socket.remoteAddress,
      method: inbound?.method,
      tool,
      trace: trace?.traceId,
      span: trace?.spanId,
      client: identity?.principal.clientId,
      token: identity?.tokenHash8,
      durationMs: Math.round(durationMs * 1000) / 1000,
    })
    if (trace === undefined) return
    traces.ended(trace, exchange.startedMs, {
      name: inbound?.method ?? 'request',
      kind: 'server',
      failed: refused === true,
      attributes: {
        'mcp.method.name': inbound?.method,
        'gen_ai.tool.name': tool,
        'sallyport.code': code,
        'sallyport.request_id': requestId,
      },
    })
  }
}
