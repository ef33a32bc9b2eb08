// A target of the old era that shares one protocol object among all its callers, as CVE-2026-25536 had it: an answer
// goes to whoever last used the id of its request, whoever that is. Each answer holds the canary of its own call.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type SharedTarget = {
  readonly url: string
  /** Ids of the calls that came. */
  readonly ids: readonly unknown[]
  /** Sessions that were opened. */
  readonly sessions: () => number
  readonly stop: () => Promise<void>
}

type Message = {
  readonly id?: string | number
  readonly method: string
  readonly params?: { readonly arguments?: { readonly canary?: string; readonly of?: string } }
}

const TOOL = { name: 'echo', inputSchema: { type: 'object' } }
/** Long enough for others to come with the same id. */
const WORK_MS = 50

export async function startSharedTarget(): Promise<SharedTarget> {
  const ids: unknown[] = []
  const waiting = new Map<unknown, ServerResponse>()
  let sessions = 0

  function answer(response: ServerResponse | undefined, id: unknown, result: object): void {
    if (response === undefined || response.headersSent) return
    const headers = { 'content-type': 'application/json', 'mcp-session-id': `s${sessions}` }
    response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  }

  function hear({ id, method, params = {} }: Message, response: ServerResponse): void {
    if (id === undefined) return void response.writeHead(202).end()
    if (method === 'initialize') {
      sessions += 1
      return answer(response, id, {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'shared', version: '1' },
      })
    }
    if (method === 'tools/list') return answer(response, id, { tools: [TOOL] })
    if (method !== 'tools/call') return void response.writeHead(400).end()
    ids.push(id)
    waiting.set(id, response)
    const { canary = '', of } = params.arguments ?? {}
    // What calls itself the answer to another call, on the exchange of this one.
    if (of !== undefined) return answer(response, of, { content: [{ type: 'text', text: canary }] })
    setTimeout(() => {
      answer(waiting.get(id), id, { content: [{ type: 'text', text: canary }] })
    }, WORK_MS)
  }

  const server = createServer((request, response) => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => hear(JSON.parse(Buffer.concat(chunks).toString()) as Message, response))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    ids,
    sessions: () => sessions,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
