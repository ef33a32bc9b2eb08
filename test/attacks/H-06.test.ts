// Smuggling: every request whose end two servers may see in different places is refused, and what it hides is
// never executed. Behind other front ends the same corpus runs from test/peers/fronts/.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { chunked, goodCall } from '../support/good-call.ts'
import { sendRawAll } from '../support/raw.ts'
import { SMUGGLED, smugglingCorpus, victimCall, VICTIM } from '../support/smuggling.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

test('H-06 RFC 9112 §6.3, §11.2: the corpus is refused, and no canary comes out at the wrong place', async () => {
  const victim = victimCall(world)
  const wrong: unknown[] = []
  for (const { name, bytes } of smugglingCorpus(world)) {
    const answers = await sendRawAll(world.port, Buffer.concat([bytes, victim]), 3)
    const [first, ...others] = answers.map(({ status }) => status)
    const smuggled = answers.some(({ body }) => body.includes(SMUGGLED))
    const foreign = answers.slice(0, -1).some(({ body }) => body.includes(VICTIM))
    if (first !== 400 || smuggled || foreign) wrong.push({ name, first, others, smuggled, foreign })
  }
  expect(wrong).toEqual([])
  expect(world.callsAtTarget().filter((call) => call.includes(SMUGGLED))).toEqual([])
})

test('H-06 RFC 9112 §9: nothing behind an ignored Upgrade is taken for a request', async () => {
  const more = ['Connection: upgrade', 'Upgrade: h2c']
  const hidden = goodCall(world, { canary: SMUGGLED }, SMUGGLED).text()
  // Node drops what is in the packet behind the Upgrade; the rest of it must not become a beginning.
  const bytes = `${goodCall(world).text({ more })}POST /lost HTTP/1.1\r\nX: ${hidden}`
  const answers = await sendRawAll(world.port, bytes, 2)
  expect(answers.map(({ status }) => status)).toEqual([200])
  expect(answers[0]?.header('connection')).toBe('close')
  expect(world.callsAtTarget().filter((call) => call.includes(SMUGGLED))).toEqual([])
})

test('H-06 control: chunks, a plain chunk extension and pipelining work, each answer to its request', async () => {
  const first = goodCall(world, { canary: 'first' }, 'first')
  const second = goodCall(world, { canary: 'second' }, 'second')
  const more = ['Transfer-Encoding: chunked']
  const bytes =
    first.text({ more, body: chunked(first.body) }) +
    second.text({ more, body: chunked(second.body, ';a=b') }) +
    first.text()
  const answers = await sendRawAll(world.port, bytes, 3)
  expect(answers.map((answer) => answer.json()['id'])).toEqual(['first', 'second', 'first'])
})
