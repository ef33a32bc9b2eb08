// Clients of the old era for tests: the SDK's own of its last version before the modern era, and requests written by hand.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { TestGateway } from './gateway.ts'
import type { RawAnswer } from './raw.ts'

export type OldClient = {
  readonly client: Client
  readonly transport: StreamableHTTPClientTransport
}

/** Connected; Alice at `/mcp/records` unless said otherwise. */
export async function connectOld(
  world: Pick<TestGateway, 'resource' | 'token'>,
  {
    target = 'records',
    token,
    capabilities = {},
  }: {
    readonly target?: string | undefined
    readonly token?: string
    readonly capabilities?: object
  } = {},
): Promise<OldClient> {
  const resource = world.resource(target)
  const bearer = token ?? world.token({ resource })
  const transport = new StreamableHTTPClientTransport(new URL(resource), {
    requestInit: { headers: { authorization: `Bearer ${bearer}` } },
  })
  const client = new Client({ name: 'old', version: '1' }, { capabilities })
  await client.connect(transport)
  return { client, transport }
}

type OldHeaders = Readonly<Record<string, string | undefined>>

/** One POST of the old era, as its clients send it. `message` may be text as it is. */
export function postOld(
  world: TestGateway,
  message: unknown,
  {
    session,
    version,
    path = '/mcp/records',
    token,
    set = {},
  }: {
    readonly session?: string | undefined
    readonly version?: string
    readonly path?: string
    readonly token?: string
    readonly set?: OldHeaders
  } = {},
): Promise<RawAnswer> {
  const resource = world.resource(/^\/mcp\/?$/.test(path) ? undefined : 'records')
  const headers: OldHeaders = {
    authorization: `Bearer ${token ?? world.token({ resource })}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-session-id': session,
    'mcp-protocol-version': version,
    ...set,
  }
  return world.raw({
    path,
    headers: Object.entries(headers).filter(
      (header): header is [string, string] => header[1] !== undefined,
    ),
    body: typeof message === 'string' ? message : JSON.stringify(message),
  })
}

export function initialize(protocolVersion = '2025-11-25', more: object = {}): object {
  return {
    jsonrpc: '2.0',
    id: 'open',
    method: 'initialize',
    params: {
      protocolVersion,
      capabilities: {},
      clientInfo: { name: 'old', version: '1' },
      ...more,
    },
  }
}

/** The id of a new session. */
export async function openSession(
  world: TestGateway,
  options: {
    readonly protocolVersion?: string
    readonly path?: string
    readonly token?: string
    readonly more?: object
  } = {},
): Promise<string> {
  const answer = await postOld(world, initialize(options.protocolVersion, options.more), options)
  const session = answer.header('mcp-session-id')
  if (session === undefined) throw new Error(`no session: ${answer.status} ${answer.body}`)
  return session
}
