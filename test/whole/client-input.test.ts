// The turn towards a client of the modern era (MCP 2026-07-28, basic/patterns/mrtr) through a whole gateway: the SDK's
// server asks, the SDK's client answers, and in between everything is judged, sealed, decided again and recorded.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startAskingTarget, type AskingTarget } from '../support/asking-target.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { untilOffered } from '../support/until-offered.ts'

let target: AskingTarget
let gateway: TestGateway
beforeAll(async () => {
  target = await startAskingTarget()
  gateway = await startTestGateway({
    yaml: `  asking: { kind: mcp, url: "${target.url}", allowInsecureTarget: true, mayAsk: { urlHosts: [accounts.example] } }`,
  })
  await untilOffered(gateway, 'asking')
})
afterAll(async () => {
  await gateway.stop()
  await target.stop()
})

const FORMS = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }
type Answer = {
  readonly status: number
  readonly result?: Record<string, unknown>
  readonly error?: { readonly code: number; readonly data: Record<string, unknown> }
}

async function ask(
  name: string,
  more: Record<string, unknown> = {},
  { who = {}, capabilities = FORMS }: { who?: object; capabilities?: object } = {},
): Promise<Answer> {
  const { status, body } = await gateway.call({
    method: 'tools/call',
    path: '/mcp/asking',
    token: gateway.token({ resource: gateway.resource('asking'), ...who }),
    params: {
      name,
      arguments: { subject: 'delete it' },
      ...more,
      _meta: { 'io.modelcontextprotocol/clientCapabilities': capabilities },
    },
  })
  return { status, ...(JSON.parse(body) as Omit<Answer, 'status'>) }
}

function nameOf(tool: unknown): string {
  return (tool as { name: string }).name
}

function sequenceOf(intent: unknown): number {
  return (intent as { sequence: number }).sequence
}

const YES = { sure: { action: 'accept', content: { confirm: true } } }

function refusalOf({ result, error }: Answer): unknown {
  const meta = result?.['_meta'] as Record<string, { code: string }> | undefined
  return error?.data['code'] ?? meta?.['sallyport/refusal']?.code
}

describe('a target asks, and the client comes back', () => {
  test('MRTR: the SDK’s client answers the form of the SDK’s server', async () => {
    const client = new Client(
      { name: 'a client', version: '1.0.0' },
      {
        capabilities: { elicitation: { form: {} } },
        versionNegotiation: { mode: { pin: '2026-07-28' } },
      },
    )
    const messages: string[] = []
    client.setRequestHandler('elicitation/create', ({ params }) => {
      messages.push(params.message)
      return { action: 'accept', content: { confirm: true } }
    })
    const url = new URL(gateway.resource('asking'))
    const authorization = `Bearer ${gateway.token({ resource: url.href })}`
    await client.connect(
      new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization } } }),
    )
    const answer = await client.callTool({ name: 'confirm', arguments: { subject: 'go' } })
    expect(answer.content).toEqual([{ type: 'text', text: 'confirm go' }])
    expect(messages).toEqual(['Really go?'])
    await client.close()
  })

  test('MRTR: each round has an intent and an outcome of its own in the log', async () => {
    const first = await ask('confirm')
    expect(first.result).toMatchObject({ resultType: 'input_required' })
    const { requestState } = first.result as { requestState: string }
    const second = await ask('confirm', { inputResponses: YES, requestState })
    expect(second.result).toMatchObject({ content: [{ text: 'confirm delete it' }] })
    await vi.waitFor(() => {
      const records = gateway.audit()
      const sequences = records
        .filter(({ kind, tool }) => kind === 'intent' && nameOf(tool) === 'asking___confirm')
        .map(({ sequence }) => sequence)
        .slice(-2)
      const ended = records.filter(({ kind }) => kind === 'outcome')
      const classes = sequences.map(
        (sequence) => ended.find(({ intent }) => sequenceOf(intent) === sequence)?.['class'],
      )
      expect(classes).toEqual(['input_required', 'ok'])
    })
  })

  test('MRTR: a stream may end in a question', async () => {
    const { body } = await gateway.call({
      method: 'tools/call',
      path: '/mcp/asking',
      token: gateway.token({ resource: gateway.resource('asking') }),
      progressToken: 'p',
      params: {
        name: 'confirm_slowly',
        arguments: {},
        _meta: { 'io.modelcontextprotocol/clientCapabilities': FORMS },
      },
    })
    expect(body).toContain('notifications/progress')
    expect(body).toContain('"resultType":"input_required"')
    expect(body).toContain('requestState')
  })
})

describe('M-08: the state on its way back', () => {
  test('a state of the target never leaves the gateway in clear', async () => {
    const { result } = await ask('confirm')
    const opened = Buffer.from(String(result?.['requestState']), 'base64url').toString('latin1')
    expect(opened).not.toContain('delete it')
    expect(opened).not.toContain('asking')
  })

  test.each([
    ['other arguments', { arguments: { subject: 'delete all' } }, {}],
    ['another tool', { name: 'confirm_slowly' }, {}],
    ['another person', {}, { who: { claims: { sub: 'mallory' } } }],
    ['another client', {}, { who: { claims: { client_id: 'other' } } }],
  ])('a state that comes back with %s is refused', async (_, params, how) => {
    const { result } = await ask('confirm')
    const before = target.done.length
    const requestState = result?.['requestState']
    const again = await ask('confirm', { inputResponses: YES, requestState, ...params }, how)
    expect(refusalOf(again)).toBe('call.request_state_invalid')
    expect(again.error?.code).toBe(-32602)
    expect(target.done).toHaveLength(before)
  })
})

describe('M-18: what a target may ask', () => {
  test('a form that asks for a password is refused, and recorded', async () => {
    const answer = await ask('steal')
    expect(refusalOf(answer)).toBe('call.unsafe_elicitation')
    expect(JSON.stringify(answer)).not.toContain('Sign in again')
    await vi.waitFor(() => {
      const refused = gateway.audit().find(({ code }) => code === 'call.unsafe_elicitation')
      expect(refused).toMatchObject({ kind: 'refusal' })
    })
  })

  test('a page is opened on a listed host alone', async () => {
    const listed = await ask('visit', { arguments: { subject: 'accounts.example' } })
    expect(listed.result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { page: { params: { url: 'https://accounts.example/connect' } } },
    })
    const other = await ask('visit', { arguments: { subject: 'accounts.example.evil' } })
    expect(refusalOf(other)).toBe('call.unsafe_elicitation')
  })

  test.each(['use_model', 'look_around'])('%s is off unless written down', async (tool) => {
    const answer = await ask(tool)
    // The target hears of no such capability and says so itself; it is not the client that lacks it.
    expect(refusalOf(answer)).toBe('call.input_not_allowed')
  })

  test('a client is asked for nothing that it did not declare', async () => {
    const answer = await ask('confirm', {}, { capabilities: {} })
    expect(answer.error).toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { elicitation: { form: {} } } },
    })
  })
})
