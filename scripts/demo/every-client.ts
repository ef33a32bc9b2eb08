// Clients that nobody here wrote, of both eras, against servers of both eras behind the one address: MCP's own SDK in
// versions 1 and 2. What a server asks of the person reaches the person, whichever era the client speaks.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema, ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import type { Scene } from './scene.ts'

type Result = Readonly<Record<string, unknown>>
/** What the person answers where a server asks; absent: the client cannot ask. */
type Person = { readonly confirm: boolean; asked: string }
type Connected = {
  readonly request: (method: string, params: Result) => Promise<Result>
  readonly close: () => Promise<void>
}
type Connect = (url: string, token: string, person: Person) => Promise<Connected>

const CLIENT = { name: 'a client of the demonstration', version: '1.0.0' }
const PRICES = {
  name: 'market___get_prices',
  arguments: { market: 'DE-LU', day: '2026-03-29' },
}
const CONTRACT = { uri: 'acme://documents/contract-northwind-2025' }
const NOTE = 'note-of-the-demo'

export async function tellEveryClient(scene: Scene): Promise<void> {
  const { story, world } = scene
  story.chapter('Every client, every server')
  const clients: readonly (readonly [string, Connect])[] = [
    ['SDK v1, 2025-11-25', connectOld],
    ['SDK v2, 2026-07-28', connectModern],
  ]
  for (const [name, connect] of clients) {
    const person: Person = { confirm: false, asked: '' }
    const client = await connect(world.facts.mcpUrl, tokenOf(scene, 'carol'), person)
    const prices = await client.request('tools/call', PRICES)
    const contract = await client.request('resources/read', CONTRACT)
    const hours = hoursOf(prices)
    const read = JSON.stringify(contract).includes('25 MW base load')
    story.expect(
      `carol with ${name}: prices of the modern server, a contract of the old one`,
      '23 hours, read',
      `${hours} hours, ${read ? 'read' : JSON.stringify(contract)}`,
      hours === 23 && read,
    )
    await deleteNote(scene, name, client, person)
    await client.close()
  }
  await hideContract(scene)
}

/** The server asks before it deletes: first it is told no, then yes. */
async function deleteNote(
  { story }: Scene,
  name: string,
  client: Connected,
  person: Person,
): Promise<void> {
  const call = (tool: string, arguments_: Result) =>
    client.request('tools/call', { name: `documents___${tool}`, arguments: arguments_ })
  await call('write_note', { id: NOTE, title: 'A note', text: 'Asked for.' })
  const kept = textOf(await call('delete_note', { id: NOTE }))
  Object.assign(person, { confirm: true })
  const deleted = textOf(await call('delete_note', { id: NOTE }))
  story.expect(
    `carol with ${name} is asked before a note is deleted`,
    'asked, kept at no, deleted at yes',
    [
      person.asked.includes('“A note”') ? 'asked' : 'not asked',
      kept.includes('was kept') ? 'kept at no' : kept,
      deleted.includes('is deleted') ? 'deleted at yes' : deleted,
    ].join(', '),
    person.asked.includes('“A note”') &&
      kept.includes('was kept') &&
      deleted.includes('is deleted'),
  )
}

async function hideContract(scene: Scene): Promise<void> {
  const { story, world } = scene
  const person: Person = { confirm: false, asked: '' }
  const client = await connectOld(world.facts.mcpUrl, tokenOf(scene, 'bob'), person)
  const read = async (params: Result): Promise<string> =>
    await client.request('resources/read', params).then(
      () => 'read',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
  const hidden = await read(CONTRACT)
  const unknown = await read({ uri: 'acme://documents/there-is-none' })
  await client.close()
  story.expect(
    'a contract that bob may not read, and one that there is not',
    'the same answer',
    hidden === unknown ? 'the same answer' : `${hidden} | ${unknown}`,
    hidden === unknown && hidden.includes('no such resource'),
  )
}

async function connectOld(url: string, token: string, person: Person): Promise<Connected> {
  const client = new ClientV1(CLIENT, { capabilities: { elicitation: { form: {} } } })
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => answerOf(person, params.message))
  await client.connect(new TransportV1(new URL(url), bearer(token)))
  return {
    request: (method, params) => client.request({ method, params }, ResultSchema),
    close: () => client.close(),
  }
}

async function connectModern(url: string, token: string, person: Person): Promise<Connected> {
  const client = new Client(CLIENT, {
    capabilities: { elicitation: { form: {} } },
    versionNegotiation: { mode: { pin: '2026-07-28' } },
  })
  client.setRequestHandler('elicitation/create', ({ params }) => answerOf(person, params.message))
  await client.connect(new StreamableHTTPClientTransport(new URL(url), bearer(token)))
  const send = client.request.bind(client) as (asked: object) => Promise<Result>
  return { request: (method, params) => send({ method, params }), close: () => client.close() }
}

function answerOf(person: Person, message: string) {
  person.asked = message
  return { action: 'accept' as const, content: { confirm: person.confirm } }
}

const bearer = (token: string) => ({
  requestInit: { headers: { authorization: `Bearer ${token}` } },
})

function tokenOf({ folder }: Scene, person: string): string {
  const text = readFileSync(join(folder, person, 'sallyport/sign-ins.json'), 'utf8')
  const { grants } = JSON.parse(text) as { readonly grants: readonly { accessToken: string }[] }
  return grants[0]?.accessToken ?? ''
}

function textOf(result: Result): string {
  const [first] = (result['content'] ?? []) as readonly { readonly text?: string }[]
  return first?.text ?? JSON.stringify(result)
}

function hoursOf({ structuredContent }: Result): number {
  return (structuredContent as { readonly hours?: unknown[] } | undefined)?.hours?.length ?? 0
}
