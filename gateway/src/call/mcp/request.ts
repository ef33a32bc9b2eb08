// What is sent to a target of the modern era: one POST whose body holds what the permit names and its arguments and
// whose headers are written here, one by one. Of the client's request go on
// its id, its `_meta` and its undeclared `Mcp-Param-*` headers, bounded and unused here (protocol §2), and no other header
// (attacks O-23, H-07). The arguments are the very text that was decided on and digested (M-28).
import type { Permit } from '../../authorize/permit.ts'
import type { Credential } from '../../credential/credential.ts'
import type { JsonObject, RpcId } from '../../json/value.ts'
import { traceHeaders } from '../../observe/trace-context.ts'
import type { CallEnvelope, CallMethod } from '../connector.ts'
import { addDeclaredHeaders, addUndeclaredHeaders, encodeHeaderValue } from './param-header.ts'

export type TargetRequest = { readonly headers: string[]; readonly body: Buffer }

/** The request of a call: what is in the permit, and nothing else of the client's but `_meta` and what it was asked for. */
export function callRequest(
  permit: Permit,
  credential: Credential,
  envelope: CallEnvelope,
): TargetRequest {
  const { entry } = permit
  const { method } = envelope
  const body = `{"jsonrpc":"2.0","id":${JSON.stringify(envelope.id)},"method":${JSON.stringify(method)},"params":{${membersOf(permit, method)}"_meta":${JSON.stringify(envelope.meta)}${inputOf(envelope)}}}`
  const headers = commonHeaders(envelope.protocolVersion, method, credential)
  const name = mirroredName(permit, method)
  if (name !== undefined) headers.push('mcp-name', encodeHeaderValue(name))
  if (entry.paramHeaders.length > 0) addDeclaredHeaders(headers, entry.paramHeaders, permit.args)
  if (envelope.paramHeaders.size > 0) {
    addUndeclaredHeaders(headers, envelope.paramHeaders, entry.paramHeaders)
  }
  headers.push(...traceHeaders(envelope.meta))
  return { headers, body: Buffer.from(body, 'utf8') }
}

/** The members of `params` that are in the permit, as text that goes on. */
function membersOf({ entry, argsJson }: Permit, method: CallMethod): string {
  switch (method) {
    case 'tools/call':
    case 'prompts/get':
      return `"name":${JSON.stringify(entry.name)},"arguments":${argsJson},`
    case 'resources/read':
    case 'completion/complete':
      return argsJson === '{}' ? '' : `${argsJson.slice(1, -1)},`
  }
}

/** MUST (SEP-2243): `Mcp-Name` has the name as the target knows it, or the URI. */
function mirroredName({ entry, args }: Permit, method: CallMethod): string | undefined {
  if (method === 'completion/complete') return undefined
  if (method !== 'resources/read') return entry.name
  return typeof args['uri'] === 'string' ? args['uri'] : undefined
}

/** What a client brings that was asked before (basic/patterns/mrtr), as further members of `params`. */
function inputOf({ input }: CallEnvelope): string {
  if (input === undefined) return ''
  const { responses, state } = input
  return (
    (responses === undefined ? '' : `,"inputResponses":${JSON.stringify(responses)}`) +
    (state === undefined ? '' : `,"requestState":${JSON.stringify(state)}`)
  )
}

/** A request of the gateway's own. */
export function ownRequest(
  id: RpcId,
  method: string,
  params: JsonObject,
  protocolVersion: string,
  credential: Credential,
): TargetRequest {
  return {
    headers: commonHeaders(protocolVersion, method, credential),
    body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params }), 'utf8'),
  }
}

function commonHeaders(protocolVersion: string, method: string, credential: Credential): string[] {
  const revision = ['mcp-protocol-version', protocolVersion, 'mcp-method', method]
  return [...JSON_HEADERS, ...revision, ...credentialHeaders(credential)]
}

/** Of every request that carries JSON, in both eras. */
export const JSON_HEADERS: readonly string[] = [
  'content-type',
  'application/json',
  'accept',
  'application/json, text/event-stream',
  'accept-encoding',
  'identity',
  'user-agent',
  'sallyport',
]

export function credentialHeaders(credential: Credential): readonly string[] {
  switch (credential.kind) {
    case 'none':
      return []
    case 'secret':
      return [credential.header, credential.value]
    default:
      return credential satisfies never
  }
}
