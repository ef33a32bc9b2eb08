// The clients of the era matrix, each in the hands of its own SDK: version 1, version 2 in the old era, version 2 in the
// modern one. What the target asks of them they answer at once, and keep.
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ResultSchema,
} from '@modelcontextprotocol/sdk/types.js'

export type Json = Readonly<Record<string, unknown>>
type Options = {
  readonly onprogress?: (progress: Json) => void
  readonly signal?: AbortSignal
}
export type EraClient = {
  readonly era: 'old' | 'modern'
  readonly capabilities: Json
  readonly request: (method: string, params?: Json, options?: Options) => Promise<Json>
  /** Notifications so far. */
  readonly told: readonly { readonly method: string; readonly params: Json }[]
  /** Methods of the requests that came from the target. */
  readonly asked: readonly string[]
  /** Tells of updates of this resource and of changes of the lists, from now on. */
  readonly listen: (uri: string) => Promise<void>
  readonly logAt: (level: string) => Promise<void>
  readonly close: () => Promise<void>
}
export type Connect = (url: string, token: string) => Promise<EraClient>

const CAPABILITIES = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }
const INFO = { name: 'a client', version: '1.0.0' }
const MODEL = {
  role: 'assistant' as const,
  content: { type: 'text' as const, text: 'a thought' },
  model: 'none',
}
const ROOTS = { roots: [{ uri: 'file:///work', name: 'work' }] }
/** A page is agreed to; a form is filled in. */
const elicited = ({ mode }: { readonly mode?: string | undefined }) =>
  mode === 'url'
    ? { action: 'accept' as const }
    : { action: 'accept' as const, content: { sure: true } }

const bearer = (token: string) => ({
  requestInit: { headers: { authorization: `Bearer ${token}` } },
})

export const CLIENTS: Readonly<Record<string, Connect>> = {
  'SDK v1, 2025-11-25': connectV1,
  'SDK v2, 2025-11-25': (url, token) => connectV2(url, token, 'old'),
  'SDK v2, 2026-07-28': (url, token) => connectV2(url, token, 'modern'),
}

async function connectV1(url: string, token: string): Promise<EraClient> {
  const client = new ClientV1(INFO, { capabilities: CAPABILITIES })
  const told: { method: string; params: Json }[] = []
  const asked: string[] = []
  client.fallbackNotificationHandler = async ({ method, params = {} }) => {
    told.push({ method, params })
  }
  client.setRequestHandler(ElicitRequestSchema, ({ method, params }) => {
    asked.push(method)
    return elicited(params)
  })
  client.setRequestHandler(CreateMessageRequestSchema, ({ method }) => {
    asked.push(method)
    return MODEL
  })
  client.setRequestHandler(ListRootsRequestSchema, ({ method }) => {
    asked.push(method)
    return ROOTS
  })
  const transport = new TransportV1(new URL(url), bearer(token))
  await client.connect(transport)
  const request: EraClient['request'] = (method, params = {}, options) =>
    client.request({ method, params }, ResultSchema, options)
  return {
    era: 'old',
    capabilities: client.getServerCapabilities() ?? {},
    request,
    told,
    asked,
    listen: async (uri) => void (await request('resources/subscribe', { uri })),
    logAt: async (level) => void (await request('logging/setLevel', { level })),
    close: () => client.close(),
  }
}

async function connectV2(url: string, token: string, era: EraClient['era']): Promise<EraClient> {
  const versionNegotiation = { mode: { pin: '2026-07-28' } }
  const client = new ClientV2(INFO, {
    capabilities: CAPABILITIES,
    ...(era === 'modern' ? { versionNegotiation } : {}),
  })
  const told: { method: string; params: Json }[] = []
  const asked: string[] = []
  client.fallbackNotificationHandler = async ({ method, params = {} }) => {
    told.push({ method, params })
  }
  client.setRequestHandler('elicitation/create', ({ method, params }) => {
    asked.push(method)
    return elicited(params)
  })
  client.setRequestHandler('sampling/createMessage', ({ method }) => {
    asked.push(method)
    return MODEL
  })
  client.setRequestHandler('roots/list', ({ method }) => {
    asked.push(method)
    return ROOTS
  })
  await client.connect(new TransportV2(new URL(url), bearer(token)))
  let level: string | undefined
  // Named by the matrix, not by the types: the SDK knows all of these methods.
  const send = client.request.bind(client) as (asked: object, options?: Options) => Promise<Json>
  const request: EraClient['request'] = (method, params = {}, options) => {
    const logged =
      level === undefined || era === 'old'
        ? params
        : { ...params, _meta: { 'io.modelcontextprotocol/logLevel': level } }
    return send({ method, params: logged }, options)
  }
  return {
    era,
    capabilities: client.getServerCapabilities() ?? {},
    request,
    told,
    asked,
    async listen(uri) {
      if (era === 'old') return void (await request('resources/subscribe', { uri }))
      await client.listen({ toolsListChanged: true, resourceSubscriptions: [uri] })
    },
    async logAt(wanted) {
      if (era === 'old') await request('logging/setLevel', { level: wanted })
      level = wanted
    },
    close: () => client.close(),
  }
}
