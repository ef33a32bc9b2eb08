// The clients of the MCP SDK, version 1 and version 2, with the SDK's own OAuth code; in the process of the test.
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
  UnauthorizedError as UnauthorizedV2,
  type VersionNegotiationOptions,
} from '@modelcontextprotocol/client'
import { UnauthorizedError as UnauthorizedV1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { personAt } from '../../support/person-at-a-client.ts'
import {
  shownOf,
  shownOfError,
  type Call,
  type ForeignClient,
  type Shown,
} from './foreign-client.ts'

const INFO = { name: 'a client of the SDK', version: '1.0.0' }

export const sdkV1: ForeignClient = {
  name: 'SDK v1, 2025-11-25',
  async visit(url, { person }, calls) {
    const authProvider = personAt(person)
    const transport = () => new TransportV1(new URL(url), { authProvider })
    const first = transport()
    await refusedBy(UnauthorizedV1, new ClientV1(INFO).connect(first))
    await first.finishAuth(authProvider.callback().searchParams.get('code') ?? '')
    const client = new ClientV1(INFO)
    await client.connect(transport())
    return callAll(client, calls)
  },
}

export function sdkV2(era: string, versionNegotiation?: VersionNegotiationOptions): ForeignClient {
  const create = () => new ClientV2(INFO, versionNegotiation && { versionNegotiation })
  return {
    name: `SDK v2, ${era}`,
    async visit(url, { person }, calls) {
      const authProvider = personAt(person)
      const transport = () => new TransportV2(new URL(url), { authProvider })
      const first = transport()
      await refusedBy(UnauthorizedV2, create().connect(first))
      await first.finishAuth(authProvider.callback().searchParams)
      const client = create()
      await client.connect(transport())
      return callAll(client, calls)
    },
  }
}

/** Makes the calls one after another and closes the client. */
export async function callAll(
  client: ClientV1 | ClientV2,
  calls: readonly Call[],
): Promise<readonly Shown[]> {
  const shown: Shown[] = []
  for (const { tool: name, args } of calls) {
    const answer = client.callTool({ name, arguments: args })
    shown.push(await answer.then(shownOf, shownOfError))
  }
  await client.close()
  return shown
}

async function refusedBy(
  kind: new (message?: string) => Error,
  connecting: Promise<void>,
): Promise<void> {
  const error: unknown = await connecting.then(
    () => new Error('it connected without a token'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof kind)) throw error
}
