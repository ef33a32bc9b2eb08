// Numbers must arrive as they were sent, or not at all: in arguments, in results, in streams and in ids. The log's
// digest is of the very value that was sent.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canonicalJson } from '@sallyport/gateway/json/canonical.ts'
import { DEFAULT_JSON_LIMITS, readJson } from '@sallyport/gateway/json/read.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { openSession, postOld } from '../support/old-client.ts'
import { callText, post } from '../support/post.ts'
import { codeOf } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(async () => {
  await world.stop()
})

const NUMBERS = [
  '0',
  '-0',
  '-0.0',
  '0e0',
  '1.0',
  '1.10',
  '1E5',
  '1e5',
  '1e+5',
  '1E-7',
  '0.1e-7',
  '100000000000000000000',
  '1e21',
  '123456789012345',
  '1234567890123456',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551615',
  '12345678901234567.89',
  '0.1',
  '0.30000000000000004',
  '0.1000000000000000055511151231257827',
  '3.141592653589793238462643383279502884',
  '5e-324',
  '2e-324',
  '1e-400',
  '1.7976931348623157e308',
  '9'.repeat(64),
  `0.${'1'.repeat(62)}`,
]
/** Not finite as a double, or longer than any reader need take. */
const REFUSED = [
  '1e400',
  '-1e400',
  '1e309',
  '9'.repeat(65),
  `1e${'0'.repeat(62)}1`,
  `0.${'1'.repeat(63)}`,
]

const argsAtTarget = () =>
  /"arguments":(.*),"_meta":/s.exec(world.callsAtTarget().at(-1) ?? '')?.[1]

test.each(NUMBERS)(
  'M-28 RFC 8259 §6: %s arrives at the target byte for byte, and comes back so',
  async (text) => {
    const args = `{"n":${text},"deep":[{"n":${text}}]}`
    const answer = await post(world, { body: callText('echo', args) })
    expect(argsAtTarget()).toBe(args)
    expect(answer.body).toContain(`"structuredContent":{"tool":"echo","arguments":${args}}`)
  },
)

test.each(REFUSED)(
  'M-28 RFC 8259 §6: %s in an argument is refused by name, with its place',
  async (text) => {
    const before = world.callsAtTarget().length
    const answer = await post(world, { body: callText('echo', `{"a":[0,{"n":${text}}]}`) })
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({
      error: {
        data: {
          code: 'in.number_out_of_range',
          seen: expect.stringContaining('`/params/arguments/a/1/n`'),
        },
      },
    })
    expect(world.callsAtTarget()).toHaveLength(before)
  },
)

const resultWith = (text: string) =>
  `{"jsonrpc":"2.0","id":{id},"result":{"resultType":"complete","content":[],"structuredContent":{"n":${text}}}}`

test.each(NUMBERS)(
  'M-28 RFC 8259 §6: %s in a result reaches the client byte for byte',
  async (text) => {
    world.target.behave({
      answer: 'verbatim',
      text: resultWith(text),
      mediaType: 'application/json',
    })
    const answer = await post(world).finally(world.target.behaveHonestly)
    expect(answer.body).toBe(resultWith(text).replace('{id}', '1'))
  },
)

test.each(NUMBERS)(
  'M-28 RFC 8259 §6: %s in a streamed message reaches the client byte for byte',
  async (text) => {
    const progress = `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":${text}}}`
    const events = `data: ${progress}\n\ndata: ${resultWith(text)}\n\n`
    world.target.behave({ answer: 'verbatim', text: events, mediaType: 'text/event-stream' })
    const call = {
      method: 'tools/call',
      params: { name: 'echo', arguments: {} },
      progressToken: 'p',
    }
    const answer = await world.call(call).finally(world.target.behaveHonestly)
    expect(answer.body).toBe(
      `event: message\ndata: ${progress}\n\nevent: message\ndata: ${resultWith(text).replace('{id}', '1')}\n\n`,
    )
  },
)

test.each(['1e400', '-1e400'])(
  'M-28 RFC 8259 §6: %s in a result is refused by name',
  async (text) => {
    world.target.behave({
      answer: 'verbatim',
      text: resultWith(text),
      mediaType: 'application/json',
    })
    const answer = await post(world).finally(world.target.behaveHonestly)
    expect(codeOf(answer)).toBe('call.target_invalid')
    expect(answer.body).not.toContain('"n"')
  },
)

test.each(['9007199254740993', '1.0', '-0', '1E5', '12345678901234567.89'])(
  'M-28 JSON-RPC 2.0 §5: the id %s comes back as it was sent',
  async (id) => {
    const answer = await post(world, { body: callText('echo', '{}', id) })
    expect(answer.body).toMatch(new RegExp(`"id":${id.replace('.', '\\.')}[,}]`))
    const refused = await post(world, { name: 'nothing', body: callText('nothing', '{}', id) })
    expect(refused.body).toContain(`"id":${id},`)
  },
)

/** The salts of the log's side file. */
function salts(): readonly string[] {
  const folder = join(world.folder, 'state/audit')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.personal.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
    .map((line) => (JSON.parse(line) as { salt?: string }).salt)
    .filter((salt) => salt !== undefined)
}

test.each(['9007199254740993', '12345678901234567.89', '-0', '1.10', '9'.repeat(64)])(
  'M-28 policy-audit §2: the digest in the log is of %s as it was sent',
  async (text) => {
    const answer = await post(world, { body: callText('echo', `{"n":${text}}`) })
    const id = answer.header('x-sallyport-request-id')
    const intent = () =>
      world.audit().find((record) => record['requestId'] === id && record['kind'] === 'intent')
    await expect.poll(intent).toBeDefined()
    const { sequence, arguments: recorded } = intent() as {
      sequence: number
      arguments: { digest: string; bytes: number }
    }
    const sent = argsAtTarget() ?? ''
    const read = readJson(Buffer.from(sent), DEFAULT_JSON_LIMITS)
    const canonical = 'value' in read ? canonicalJson(read.value) : ''
    expect(canonical).toBe(`{"n":${text}}`)
    const digests = salts().map((salt) =>
      createHash('sha256')
        .update(`${salt}\0arguments:${sequence}\0${canonical}`)
        .digest('base64url'),
    )
    expect(digests).toContain(recorded.digest)
    expect(recorded.bytes).toBe(sent.length)
  },
)

test('M-28 RFC 8259 §6: numbers cross from the old era to the new and back as they were written', async () => {
  const session = await openSession(world)
  const numbers = `[${NUMBERS.join(',')}]`
  const result = `{"jsonrpc":"2.0","id":{id},"result":{"resultType":"complete","content":[],"structuredContent":{"n":${numbers}},"ttlMs":1}}`
  world.target.behave({ answer: 'verbatim', text: result, mediaType: 'application/json' })
  const call = `{"jsonrpc":"2.0","id":1.0,"method":"tools/call","params":{"name":"echo","arguments":{"n":${numbers}}}}`
  const answer = await postOld(world, call, { session }).finally(world.target.behaveHonestly)
  expect(argsAtTarget()).toBe(`{"n":${numbers}}`)
  expect(answer.body).toBe(
    `{"jsonrpc":"2.0","id":1.0,"result":{"content":[],"structuredContent":{"n":${numbers}}}}`,
  )
})

test('M-28 control: an ordinary number arrives as it was sent', async () => {
  await post(world, { body: callText('echo', '{"n":42}') })
  expect(argsAtTarget()).toBe('{"n":42}')
})
