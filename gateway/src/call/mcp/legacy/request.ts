// What a call to a target of the old era is sent as: the permit's name and arguments, and of the client's `_meta` what
// is not the modern era's envelope, which lives in the session here. And the headers of a request for a stream.
import type { Permit } from '../../../authorize/permit.ts'
import type { JsonObject } from '../../../json/value.ts'
import type { CallMethod } from '../../connector.ts'

const ENVELOPE =
  /^io\.modelcontextprotocol\/(protocolVersion|clientCapabilities|clientInfo|logLevel)$/

/** `id` is the gateway's own; it is the progress token too, where the client wants progress. */
export function callBody(id: string, permit: Permit, method: CallMethod, meta: JsonObject): Buffer {
  const kept: [string, JsonObject[string]][] = []
  for (const [name, value] of Object.entries(meta)) {
    if (name === 'progressToken') kept.push([name, id])
    else if (!ENVELOPE.test(name)) kept.push([name, value])
  }
  const metaMember = kept.length === 0 ? '' : `"_meta":${JSON.stringify(Object.fromEntries(kept))}`
  const params = [paramsOf(permit, method), metaMember].filter(Boolean).join(',')
  return Buffer.from(
    `{"jsonrpc":"2.0","id":"${id}","method":"${method}","params":{${params}}}`,
    'utf8',
  )
}

/** Members of `params`, as text: the very text that was decided on (attacks M-28). */
function paramsOf({ entry, argsJson }: Permit, method: CallMethod): string {
  switch (method) {
    case 'tools/call':
    case 'prompts/get':
      return `"name":${JSON.stringify(entry.name)},"arguments":${argsJson}`
    case 'resources/read':
    case 'completion/complete':
      return argsJson.slice(1, -1)
  }
}

/** A GET has no body, and wants nothing but a stream. `headers` are those of a POST. */
export function streamHeaders(headers: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = [headers[at], headers[at + 1]]
    if (name !== 'content-type') kept.push(name, name === 'accept' ? 'text/event-stream' : value)
  }
  return kept
}
