// M-18, mcp/input/judge-requests.ts and judge-form.ts: what a target may ask of a client.
import { describe, expect, test } from 'vitest'
import { judgeRequests } from '../../../src/mcp/input/judge-requests.ts'
import { offeredTo } from '../../../src/mcp/input/offered-capabilities.ts'
import { mayAskSettings } from '../../../src/mcp/input/settings.ts'
import type { JsonObject } from '../../../src/json/value.ts'

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
const ALL = { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: {} }
const meta = (capabilities: JsonObject) => ({ [CAPABILITIES]: capabilities })
const settings = (more: object = {}) => mayAskSettings.parse(more)

const form = (properties: JsonObject, message = 'Please'): JsonObject => ({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties } },
})
const page = (url: string): JsonObject => ({
  method: 'elicitation/create',
  params: { mode: 'url', message: 'Open', url },
})
const judged = (request: JsonObject, more: object = {}, capabilities: JsonObject = ALL) =>
  judgeRequests({ one: request }, settings(more), meta(capabilities))?.refused

describe('forms (MCP client/elicitation: no secrets)', () => {
  test.each([
    { name: { type: 'string' } },
    { confirm: { type: 'boolean', title: 'Reset the password?' } },
    { which: { type: 'string', enum: ['password', 'passkey'] } },
    { pinned: { type: 'boolean' }, count: { type: 'integer' } },
    { password: { type: 'string', oneOf: [{ const: 'keep', title: 'Keep' }, { const: 'reset' }] } },
    { password: { type: 'array', items: { type: 'string', enum: ['keep', 'reset'] } } },
    { password: { type: 'array', items: { anyOf: [{ const: 'keep', title: 'Keep' }] } } },
    { pin: { type: 'integer', enum: [1, 2] } },
    { names: { type: 'array', title: 'Your names', items: { type: 'string' } } },
  ])('control: %j may be asked', (properties) => {
    expect(judged(form(properties))).toBeUndefined()
  })

  test.each([
    { password: { type: 'string' } },
    { pass_word: { type: 'string' } },
    { apiKey: { type: 'string' } },
    { value: { type: 'string', format: 'password' } },
    { value: { type: 'string', title: 'Your P\u200bassword' } },
    { value: { type: 'string', description: 'The ＰＡＳＳＷＯＲＤ of your account' } },
    { value: { type: 'integer', title: 'PIN' } },
    { value: { type: 'string', title: 'Passwort' } },
    { code: { type: 'string', description: 'the one-time code from your phone' } },
    { nested: { type: 'object', properties: {} } },
    { password: { type: 'array', title: 'Your password', items: { type: 'string' } } },
    { value: { type: 'array', items: { type: 'string', title: 'Your password' } } },
    { value: { type: 'array', items: { type: 'string', format: 'password' } } },
    { password: { type: 'array', enum: ['keep'], items: { type: 'string' } } },
    { nested: { type: 'array', items: { type: 'object', properties: {} } } },
    { nested: { type: 'array', enum: ['keep'] } },
    { password: { type: 'string', enum: [] } },
    { password: { type: 'string', enum: [null] } },
    { password: { type: 'string', enum: [['keep']] } },
    { password: { type: 'string', enum: 'keep' } },
    { password: { type: 'string', const: 'keep' } },
    { password: { type: 'string', oneOf: [] } },
    { password: { type: 'string', oneOf: [{ type: 'string' }] } },
    { password: { type: 'string', anyOf: [{ const: 'keep' }, { type: 'string' }] } },
    { password: { type: 'string', enum: ['keep'], oneOf: [{ type: 'string' }] } },
  ])('%j is refused', (properties) => {
    expect(judged(form(properties))).toBe('call.unsafe_elicitation')
  })

  test('a free field under a question for a secret is refused, a choice is not', () => {
    const question = 'What is your password?'
    expect(judged(form({ value: { type: 'string' } }, question))).toBe('call.unsafe_elicitation')
    expect(judged(form({ reset: { type: 'boolean' } }, question))).toBeUndefined()
  })

  test.each(['title', 'description'])('the %s of a form is read like its question', (member) => {
    const around = (properties: JsonObject): JsonObject => ({
      method: 'elicitation/create',
      params: { message: 'Please', requestedSchema: { [member]: 'Your password', properties } },
    })
    expect(judged(around({ value: { type: 'string' } }))).toBe('call.unsafe_elicitation')
    expect(judged(around({ reset: { type: 'boolean' } }))).toBeUndefined()
  })

  test('are off where the operator says so', () => {
    expect(judged(form({ name: { type: 'string' } }), { forms: false })).toBe(
      'call.input_not_allowed',
    )
  })
})

describe('pages', () => {
  const hosts = { urlHosts: ['accounts.example', 'local.example:8443'] }
  test.each([
    'https://accounts.example/x?y=1',
    'https://accounts.example/%20x?to=https%3A%2F%2Fb.example%2F#part',
    'https://accounts.example',
    'https://local.example:8443/',
    'https://local.example:8443',
  ])('control: %s may be opened', (url) => expect(judged(page(url), hosts)).toBeUndefined())
  test.each([
    'http://accounts.example/',
    'https://accounts.example.evil/',
    'https://accounts.example@evil/',
    'https://evil/?accounts.example',
    'https://accounts.example:8443/',
    'javascript:alert(1)',
    'data:text/html,x',
    '//accounts.example/',
    'https://аccounts.example/',
  ])('%s is refused', (url) => {
    expect(judged(page(url), hosts)).toBe('call.unsafe_elicitation')
  })
  test.each([
    'https://accounts.example\\@evil.example/x',
    'https:\\\\accounts.example/x',
    'https:accounts.example/x',
    'https:/accounts.example/x',
    'https:///accounts.example/x',
    'https://acc\tounts.example/x',
    'https://accounts.example/\nx',
    'https://accounts.example/x y',
    ' https://accounts.example/x',
    'https://accounts.example/x\r\n',
    'https://accounts.example/x/../y',
    'https://accounts.example:443/x',
    'https://Accounts.example/x',
    'https://accounts.example?x',
    'https://accounts.example#x',
    'https://accounts。example/x',
    'https://@accounts.example/x',
  ])('%j is another text than what was judged, and is refused', (url) => {
    const refusal = judgeRequests({ one: page(url) }, settings(hosts), meta(ALL))
    expect(refusal).toMatchObject({
      refused: 'call.unsafe_elicitation',
      seen: expect.stringContaining('not in normal form') as string,
    })
  })
  test('none may be opened unless it is written down', () => {
    expect(judged(page('https://accounts.example/'))).toBe('call.unsafe_elicitation')
  })
})

describe('sampling and roots', () => {
  const sampling = { method: 'sampling/createMessage', params: { messages: [] } }
  const roots = { method: 'roots/list' }
  test('are off, and on where the configuration says so', () => {
    expect([judged(sampling), judged(roots)]).toEqual([
      'call.input_not_allowed',
      'call.input_not_allowed',
    ])
    expect(judged(sampling, { sampling: true })).toBeUndefined()
    expect(judged(roots, { roots: true })).toBeUndefined()
  })
  test('what is no such request is refused', () => {
    expect(judged({ method: 'tools/call' })).toBe('call.input_not_allowed')
  })
})

describe('−32021: only what the client declared', () => {
  const asked = { method: 'sampling/createMessage', params: { tools: [] } }
  test.each([
    [form({ a: { type: 'string' } }), {}, { elicitation: { form: {} } }],
    [form({ a: { type: 'string' } }), { elicitation: { url: {} } }, { elicitation: { form: {} } }],
    [asked, { sampling: {} }, { sampling: { tools: {} } }],
    [{ method: 'roots/list' }, {}, { roots: {} }],
  ])('%j with %j lacks %j', (request, capabilities, requiredCapabilities) => {
    const may = settings({ sampling: true, roots: true })
    const refusal = judgeRequests({ one: request }, may, meta(capabilities))
    expect(refusal).toMatchObject({
      refused: 'call.client_cannot_answer',
      rpcData: { requiredCapabilities },
    })
  })
  test('2025-06-18: `elicitation: {}` means forms', () => {
    expect(judged(form({ a: { type: 'string' } }), {}, { elicitation: {} })).toBeUndefined()
  })
})

describe('what a target hears of the client', () => {
  test('is what the client declared and the target may use', () => {
    const all = meta({ ...ALL, extensions: { x: {} } })
    expect(offeredTo(settings(), all)).toEqual(
      meta({ extensions: { x: {} }, elicitation: { form: {} } }),
    )
    expect(offeredTo(settings({ sampling: true, roots: true, urlHosts: ['a'] }), all)).toEqual(all)
    expect(offeredTo(settings({ forms: false }), meta({ elicitation: {} }))).toEqual(meta({}))
    expect(offeredTo(settings(), meta({ elicitation: {} }))).toEqual(meta({ elicitation: {} }))
  })
  test('control: a client without any of them is passed on as it is', () => {
    const plain = meta({ extensions: {} })
    expect(offeredTo(settings(), plain)).toBe(plain)
  })
})
