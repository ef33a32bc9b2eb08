// The state of a target passes through the client, and on its way back it is whatever an attacker makes of it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAskingTarget, type AskingTarget } from '../support/asking-target.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { untilOffered } from '../support/until-offered.ts'
import { createMovableClock } from '../support/movable-clock.ts'

const clock = createMovableClock()
let target: AskingTarget
let world: TestGateway
beforeAll(async () => {
  target = await startAskingTarget()
  world = await startTestGateway({
    clock,
    yaml: `  asking: { kind: mcp, url: "${target.url}", allowInsecureTarget: true, trusted: true }
  twin: { kind: mcp, url: "${target.url}", allowInsecureTarget: true, trusted: true }`,
  })
  await untilOffered(world, 'asking', 'twin')
})
afterAll(async () => {
  await world.stop()
  await target.stop()
})

type Come = {
  readonly state?: string
  readonly tool?: string
  readonly subject?: string
  readonly at?: 'asking' | 'twin'
  readonly claims?: object
}
const YES = { sure: { action: 'accept', content: { confirm: true } } }

async function come({ state, tool = 'confirm', subject = 'go', at = 'asking', claims }: Come) {
  const seconds = Math.floor(clock.wallMs() / 1000)
  const { body } = await world.call({
    method: 'tools/call',
    path: `/mcp/${at}`,
    token: world.token({
      resource: world.resource(at),
      claims: { iat: seconds, nbf: seconds, exp: seconds + 300, ...claims },
    }),
    params: {
      name: tool,
      arguments: { subject },
      ...(state === undefined ? {} : { requestState: state, inputResponses: YES }),
      _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } },
    },
  })
  type Answer = {
    readonly result?: { readonly requestState?: string; readonly resultType?: string }
    readonly error?: { readonly code: number; readonly data?: { readonly code?: string } }
  }
  const { result, error } = JSON.parse(body) as Answer
  return { state: result?.requestState ?? '', type: result?.resultType, code: error?.data?.code }
}

/** The code of the refusal; of a call that reached the target, what it came to. */
async function refusalOf(coming: Come): Promise<unknown> {
  const before = [target.done.length, target.asked.length]
  const { code, ...answer } = await come(coming)
  const reached = before[0] !== target.done.length || before[1] !== target.asked.length
  return reached || answer.type !== undefined ? { reached, code, ...answer } : code
}
const INVALID = 'call.request_state_invalid'

test('M-08 control: the state that comes back as it was ends in the call', async () => {
  const { state, type } = await come({})
  expect(type).toBe('input_required')
  expect(await come({ state })).toMatchObject({ type: 'complete', code: undefined })
})

test('M-08 MCP MRTR: a state with one changed byte is refused, wherever the byte is', async () => {
  const { state } = await come({})
  const bytes = Buffer.from(state, 'base64url')
  for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 24)) {
    const other = Buffer.from(bytes)
    other[at] = (other[at] ?? 0) ^ 1
    expect(await refusalOf({ state: other.toString('base64url') })).toBe(INVALID)
  }
})

test('M-08 MCP MRTR: a state is of nobody else, and of no other client of theirs', async () => {
  const { state } = await come({})
  expect(await refusalOf({ state, claims: { sub: 'mallory' } })).toBe(INVALID)
  expect(await refusalOf({ state, claims: { client_id: 'other-client' } })).toBe(INVALID)
})

test('M-08 MCP MRTR: a state is for no other tool, target or arguments', async () => {
  const { state } = await come({})
  expect(await refusalOf({ state, tool: 'confirm_slowly' })).toBe(INVALID)
  expect(await refusalOf({ state, at: 'twin' })).toBe(INVALID)
  expect(await refusalOf({ state, subject: 'delete everything' })).toBe(INVALID)
})

test('M-08 MCP MRTR: a state made up, or of another time, is refused', async () => {
  expect(await refusalOf({ state: Buffer.from('{"subject":"go"}').toString('base64url') })).toBe(
    INVALID,
  )
  const { state } = await come({})
  clock.advance(601)
  expect(await refusalOf({ state })).toBe('call.request_state_expired')
})
