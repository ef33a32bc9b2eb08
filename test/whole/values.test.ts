// What arrives at the target is what was authorised, value for value (M-28): random arguments through the gateway.
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canonicalJson } from '@sallyport/gateway/json/canonical.ts'
import { rawNumber } from '@sallyport/gateway/json/raw-number.ts'
import { DEFAULT_JSON_LIMITS, readJson } from '@sallyport/gateway/json/read.ts'
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import type { RawAnswer } from '../support/raw.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const digits = fc.stringMatching(/^[1-9]\d{0,40}$/)
/** Numbers as people write them, those among them that a double cannot hold. */
const numbers = fc.oneof(
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => rawNumber(JSON.stringify(value))),
  digits.map(rawNumber),
  fc.tuple(digits, digits).map(([whole, part]) => rawNumber(`-${whole}.${part}0`)),
  fc
    .tuple(digits, fc.integer({ min: -200, max: 200 }))
    .map(([whole, power]) => rawNumber(`${whole}E${power}`)),
)
const texts = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.toWellFormed())
const names = texts.filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name))
const { value: values } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    numbers,
    texts,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 4 }),
  ),
}))
const argumentsOfAny = fc.dictionary(names, values, { maxKeys: 6 })

/** With spaces and escapes that a client may write and a value does not have. */
function written(args: JsonObject): string {
  return JSON.stringify(args, undefined, 1).replaceAll('/', '\\/')
}

test('M-28 RFC 8259 §6: arguments arrive as the values that were sent', async () => {
  await fc.assert(
    fc.asyncProperty(argumentsOfAny, async (args) => {
      const before = world.target.recording.calls().length
      const answer = await callWith(written(args))
      expect(answer.status, answer.body).toBe(200)
      const [arrived] = world.target.recording.calls().slice(before)
      const body = read(arrived?.body ?? Buffer.alloc(0))
      const { arguments: theirs } = (body as { params: { arguments: JsonValue } }).params
      expect(canonicalJson(theirs)).toBe(canonicalJson(read(Buffer.from(written(args)))))
      // And back: the target answers with what it got.
      expect(answer.body).toContain(`"arguments":${JSON.stringify(theirs)}`)
    }),
    { numRuns: 150 },
  )
})

function read(bytes: Buffer): JsonValue {
  const made = readJson(bytes, DEFAULT_JSON_LIMITS)
  if ('failure' in made) throw new Error(`${made.failure} at ${made.offset}`)
  return made.value
}

/** Sends this very text as the arguments. */
function callWith(args: string): Promise<RawAnswer> {
  const params = { name: 'echo', arguments: 'in this place' }
  const { headers, body } = modernRequest({ method: 'tools/call', params, token: world.token() })
  const text = body.replace('"in this place"', () => args)
  return world.raw({ path: '/mcp/records', headers: Object.entries(headers), body: text })
}
