// JSON that costs more than it says: depth, number of values, digits. Untimed: what shows that nothing was built
// from such a document is where the scan stopped (the answer says at which byte); figures are in the promises.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { codeOf } from '../support/present.ts'
import { sendRaw } from '../support/raw.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const FILLED = '"arguments":{}'
/** The call with these arguments as text, and where they begin. */
async function withArguments(text: string) {
  const { body } = goodCall(world)
  const changed = body.replace(FILLED, `"arguments":${text}`)
  const answer = await sendRaw(world.port, goodCall(world).text({ body: changed }))
  const stopped = Number(/at byte (\d+)/.exec(answer.body)?.[1] ?? Number.NaN)
  return { answer, into: stopped - body.indexOf(FILLED) }
}
const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
const wide = (nodes: number) => `{"a":[${Array(nodes).fill('0').join(',')}]}`

test('D-04 RFC 8259 §9: what is nested deeper than 64 is refused where it gets too deep', async () => {
  // The message, its parameters, the arguments: three levels of the sixty-four.
  for (const depth of [62, 100, 5000, 500_000]) {
    const { answer, into } = await withArguments(nested(depth))
    expect([answer.status, codeOf(answer)]).toEqual([400, 'in.json_too_complex'])
    expect(into).toBeLessThan(100)
  }
  const objects = `${'{"a":'.repeat(1000)}0${'}'.repeat(1000)}`
  expect(codeOf((await withArguments(objects)).answer)).toBe('in.json_too_complex')
})

test('D-04 RFC 8259 §9: more than 50 000 values are refused at the first one too many', async () => {
  for (const text of [wide(50_001), wide(500_000), `[${'[],'.repeat(60_000)}[]]`]) {
    const { answer, into } = await withArguments(text)
    expect([answer.status, codeOf(answer)]).toEqual([400, 'in.json_too_complex'])
    expect(into).toBeLessThan(200_000)
  }
  const members = Array.from({ length: 60_000 }, (_, index) => `"k${index}":0`)
  const { answer } = await withArguments(`{${members.join(',')}}`)
  expect(codeOf(answer)).toBe('in.json_too_complex')
})

test('D-04 RFC 8259 §6: a number of more than 64 characters is refused', async () => {
  const numbers = [
    '1'.repeat(65),
    `0.${'1'.repeat(63)}`,
    `1e${'0'.repeat(63)}`,
    '9'.repeat(900_000),
  ]
  for (const number of numbers) {
    const { answer, into } = await withArguments(`{"a":${number}}`)
    expect([answer.status, codeOf(answer)]).toEqual([400, 'in.number_out_of_range'])
    expect(into).toBeLessThan(100)
  }
})

test('D-04 RFC 8259 §9: the limits hold outside the arguments as well', async () => {
  const { body } = goodCall(world)
  for (const name of ['extra', '_meta', 'params']) {
    const changed = body.replace('{', `{"${name}":${'['.repeat(70)}${']'.repeat(70)},`)
    const answer = await sendRaw(world.port, goodCall(world).text({ body: changed }))
    expect(codeOf(answer)).toBe('in.json_too_complex')
  }
})

test('D-04 control: a document within all three limits is no burden', async () => {
  const text = `{"deep":${nested(20)},"wide":${wide(1000)},"number":${'1'.repeat(64)}}`
  expect((await withArguments(text)).answer.status).toBe(200)
})
