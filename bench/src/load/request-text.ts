// Requests of both eras as bytes that go on a socket: MCP 2026-07-28 with its envelope and mirrored headers, and
// MCP 2025-11-25 with the session that its client opened.
import type { Job, ListenJob, Method } from './job.ts'

const MODERN = '2026-07-28'
const OLD = '2025-11-25'
const FILLER_BYTES = 150
const META = `"io.modelcontextprotocol/protocolVersion":"${MODERN}","io.modelcontextprotocol/clientCapabilities":{}`

type Addressed = Pick<Job, 'path' | 'hostHeader'>
type Session = string | undefined

/** `n`: its number in the job, which is its id too. */
export function requestText(job: Job, n: number, marker: string, session: Session): string {
  const { method = 'tools/call', tool = 'lookup', era = 'modern', streamed = false } = job
  const meta = [
    ...(era === 'modern' ? [META] : []),
    ...(streamed ? [`"progressToken":"p${n}"`] : []),
  ]
  const members = [
    ...(method === 'tools/call'
      ? [`"name":"${tool}","arguments":${argumentsText(job, marker)}`]
      : []),
    ...(meta.length === 0 ? [] : [`"_meta":{${meta.join(',')}}`]),
  ]
  const body = `{"jsonrpc":"2.0","id":${n},"method":"${method}","params":{${members.join(',')}}}`
  const own = era === 'modern' ? modernHeaders(method, tool) : oldHeaders(session)
  return post(job, job.tokens[n % job.tokens.length] ?? '', own, body)
}

export function initializeText(job: Addressed, token: string): string {
  const params = `{"protocolVersion":"${OLD}","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}`
  const body = `{"jsonrpc":"2.0","id":"open","method":"initialize","params":${params}}`
  return post(job, token, '', body)
}

export function initializedText(job: Addressed, token: string, session: Session): string {
  return post(
    job,
    token,
    oldHeaders(session),
    '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  )
}

export function listenText(job: ListenJob, n: number): string {
  const params = `{"notifications":{"toolsListChanged":true},"_meta":{${META}}}`
  const body = `{"jsonrpc":"2.0","id":"l${n}","method":"subscriptions/listen","params":${params}}`
  const headers = `MCP-Protocol-Version: ${MODERN}\r\nMcp-Method: subscriptions/listen\r\n`
  return post(job, job.tokens[n % job.tokens.length] ?? '', headers, body)
}

function argumentsText(job: Job, marker: string): string {
  const { fillerBytes = FILLER_BYTES, answerBytes, streamed = false } = job
  const asked = [
    ...(answerBytes === undefined ? [] : [`"answerBytes":${answerBytes}`]),
    ...(streamed ? ['"form":"stream"'] : []),
  ]
  const more = asked.map((member) => `${member},`).join('')
  return `{"marker":"${marker}",${more}"filler":"${'x'.repeat(fillerBytes)}","limit":10}`
}

const modernHeaders = (method: Method, tool: string): string =>
  `MCP-Protocol-Version: ${MODERN}\r\nMcp-Method: ${method}\r\n` +
  (method === 'tools/call' ? `Mcp-Name: ${tool}\r\n` : '')

const oldHeaders = (session: Session): string =>
  `MCP-Protocol-Version: ${OLD}\r\n${session === undefined ? '' : `Mcp-Session-Id: ${session}\r\n`}`

const post = (at: Addressed, token: string, own: string, body: string): string =>
  `POST ${at.path} HTTP/1.1\r\nHost: ${at.hostHeader}\r\nAuthorization: Bearer ${token}\r\n` +
  `Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n` +
  `${own}Content-Length: ${body.length}\r\n\r\n${body}`
