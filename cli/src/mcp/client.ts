// A client of any server of MCP 2026-07-28: requests with the person's token, refreshed once where the
// server says that it is no longer good; answers turned into results or failures in words.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import { CommandFailure } from '../exit-codes.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readAnswer } from './answer.ts'
import type { OnNotification } from './answer.ts'
import { exchange } from './exchange.ts'
import { forbiddenFailure, httpFailure, rpcFailure, signInFailure } from './failures.ts'
import { discoverRequest, listToolsRequest } from './request.ts'
import type { McpRequest } from './request.ts'
import { objectsOf, stringOf } from './shape.ts'

/** Where tokens come from. */
export type TokenSource = {
  readonly current: () => Promise<string | undefined>
  /** A token other than `refused`; `undefined` where only a person can get one. */
  readonly renewed: (refused: string) => Promise<string | undefined>
}

export type McpClient = {
  /** Resolves to the result; rejects with a CommandFailure. */
  readonly request: (request: McpRequest, onNotification?: OnNotification) => Promise<JsonObject>
}

export function createMcpClient(url: URL, tokens: TokenSource, terminal: Terminal): McpClient {
  return {
    request: async (request, onNotification = () => undefined) => {
      let token = await tokens.current()
      let response = await exchange(url, request, token, terminal)
      if (response.status === 401 && token !== undefined) {
        const renewed = await tokens.renewed(token)
        if (renewed !== undefined) {
          await response.body?.cancel()
          token = renewed
          response = await exchange(url, request, token, terminal)
        }
      }
      const answer = await readAnswer(response, request, onNotification)
      if (response.status === 401) throw signInFailure(response, answer, url, token !== undefined)
      if (response.status === 403) throw forbiddenFailure(response, answer, url)
      if ('other' in answer) throw httpFailure(response, answer.other, url)
      if ('error' in answer) throw rpcFailure(answer.error)
      return completeResult(answer.result)
    },
  }
}

export async function discover(client: McpClient): Promise<JsonObject> {
  return client.request(discoverRequest())
}

const MAX_PAGES = 1000

/** All pages. A cursor that comes twice would never end. */
export async function listTools(client: McpClient): Promise<readonly JsonObject[]> {
  const tools: JsonObject[] = []
  const seen = new Set<string>()
  let cursor: string | undefined
  do {
    const result = await client.request(listToolsRequest(seen.size + 1, cursor))
    tools.push(...objectsOf(result['tools']))
    cursor = stringOf(result['nextCursor'])
    if (cursor !== undefined && (seen.has(cursor) || seen.size >= MAX_PAGES)) {
      throw new CommandFailure('protocol', 'the list of tools has no end')
    }
    if (cursor !== undefined) seen.add(cursor)
  } while (cursor !== undefined)
  return tools
}

function completeResult(result: JsonObject): JsonObject {
  // MUST (MCP basic/index): an absent type is `complete`, one that we do not know is invalid.
  const type = result['resultType'] ?? 'complete'
  if (type === 'complete') return result
  if (type === 'input_required') {
    const fix = 'use a client that can answer questions of the server'
    throw new CommandFailure('failed', 'the tool asks for further input', { fix })
  }
  throw new CommandFailure('protocol', 'the result is of an unknown type')
}
