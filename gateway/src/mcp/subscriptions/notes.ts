// What a listener is told, as JSON-RPC messages on one line (MCP 2026-07-28, `subscriptions/listen`; 2025-11-25,
// server/tools, prompts and resources). In the modern era each carries the id of the request that opened the stream.
import type { ListenFilter, TargetEvent } from '../../call/connector.ts'
import type { JsonObject, RpcId } from '../../json/value.ts'

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId'
const METHODS = {
  toolsListChanged: 'notifications/tools/list_changed',
  promptsListChanged: 'notifications/prompts/list_changed',
  resourcesListChanged: 'notifications/resources/list_changed',
} as const

/** MUST (subscriptions/listen): the first message, with what of the filter is honoured. */
export function acknowledgement(id: RpcId, honoured: ListenFilter): Buffer {
  return note('notifications/subscriptions/acknowledged', { notifications: honoured }, id)
}

/** `id`: of the listening request; `undefined`: the old era has none. */
export function noteOf(event: TargetEvent, id: RpcId | undefined): Buffer {
  return event.kind === 'resourceUpdated'
    ? note('notifications/resources/updated', { uri: event.uri }, id)
    : note(METHODS[event.kind], {}, id)
}

/** The response that ends a subscription in good order. */
export function ending(id: RpcId): Buffer {
  const result = { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: id } }
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result }))
}

function note(method: string, params: object, id: RpcId | undefined): Buffer {
  const meta: JsonObject | undefined = id === undefined ? undefined : { [SUBSCRIPTION_ID]: id }
  const given = meta === undefined ? params : { ...params, _meta: meta }
  const message = Object.keys(given).length === 0 ? { method } : { method, params: given }
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }))
}
