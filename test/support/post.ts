// Requests whose bytes a test writes itself: the headers of a good call, changed, doubled or left out, around any body.
import {
  META_CLIENT_CAPABILITIES,
  META_PROTOCOL_VERSION,
} from '@sallyport/sample/modern-request.ts'
import { MODERN_VERSION } from '@sallyport/sample/modern-request.ts'
import type { TestGateway } from './gateway.ts'
import type { RawAnswer } from './raw.ts'

export type Post = {
  readonly body?: string | Buffer
  /** HTTP method. */
  readonly verb?: string
  readonly path?: string
  /** What `Mcp-Method` and `Mcp-Name` say. */
  readonly method?: string
  readonly name?: string
  /** Other values for these headers; `undefined` leaves one out. */
  readonly set?: Readonly<Record<string, string | undefined>>
  /** Sent after the others, duplicates too. */
  readonly more?: readonly (readonly [string, string])[]
  /** Default: a good token of Alice for the path. */
  readonly token?: string
}

const META = `{"${META_PROTOCOL_VERSION}":"${MODERN_VERSION}","${META_CLIENT_CAPABILITIES}":{}}`

/** The text of a `tools/call`; arguments and id are JSON text and go in as they are. */
export function callText(name: string, args: string, id = '1'): string {
  const params = `{"name":${JSON.stringify(name)},"arguments":${args},"_meta":${META}}`
  return `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`
}

export function post(world: TestGateway, what: Post = {}): Promise<RawAnswer> {
  const { verb = 'POST', path = '/mcp/records', method = 'tools/call', name = 'echo' } = what
  const resource = world.resource(/^\/mcp\/?$/.test(path) ? undefined : 'records')
  const headers: Record<string, string | undefined> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': MODERN_VERSION,
    'mcp-method': method,
    ...(method === 'tools/call' ? { 'mcp-name': name } : {}),
    authorization: `Bearer ${what.token ?? world.token({ resource })}`,
    ...what.set,
  }
  const sent = Object.entries(headers).filter(
    (header): header is [string, string] => header[1] !== undefined,
  )
  return world.raw({
    method: verb,
    path,
    headers: [...sent, ...(what.more ?? [])],
    body: what.body ?? callText(name, '{}'),
  })
}
