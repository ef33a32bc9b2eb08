// A flood of tool calls ends at the budget of whoever sends it, and a target that hangs holds up its own calls alone.
// Everybody else goes on. In the row's words: bucket per user and tool, bulkhead per target, 429 and Retry-After.
import { afterEach, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

let world: TestGateway
afterEach(() => world.stop())

const BURST = 5
const FLOOD = 20
const LIMITS = `rateLimits: { tool: { perMinute: 1, burst: ${BURST} } }`
const HELD = 'authorize.rate_limited'

const call = (sub: string, name = 'echo') =>
  world.call({
    method: 'tools/call',
    params: { name, arguments: {} },
    token: world.token({ claims: { sub } }),
  })

test('D-08 policy-audit §4: a flood at one tool ends at the budget, with 429 and when to come back', async () => {
  world = await startTestGateway({ yaml: LIMITS })
  const answers = await Promise.all(Array.from({ length: FLOOD }, () => call('mallory')))
  const refused = answers.filter((answer) => answer.status === 429)
  expect(refused).toHaveLength(FLOOD - BURST)
  for (const answer of refused) {
    expect(codeOf(answer)).toBe(HELD)
    expect(answer.header('retry-after')).toMatch(/^[1-6]\d$/)
  }
  expect(world.callsAtTarget()).toHaveLength(BURST)
})

test('D-08 policy-audit §4: new tokens of the same person are the same budget', async () => {
  world = await startTestGateway({ yaml: LIMITS })
  for (let n = 0; n < BURST; n += 1) await call('mallory')
  const token = world.token({ claims: { sub: 'mallory', groups: ['settlement-analysts', 'x'] } })
  const params = { name: 'echo', arguments: {} }
  const answer = await world.call({ method: 'tools/call', params, token })
  expect([answer.status, codeOf(answer)]).toEqual([429, HELD])
})

test('D-08 promises §5: calls that hang at a target are bounded in number', async () => {
  world = await startTestGateway({ targetSettings: 'rateLimits: { concurrent: 2 }' })
  world.target.behave({ dead: 'hangs' })
  const hanging = ['a', 'b'].map((sub) => call(sub).catch(() => undefined))
  await expect.poll(() => world.callsAtTarget().length).toBe(2)
  // Without the defence it hangs as the others do.
  const third = call('c').catch(() => undefined)
  const answer = await Promise.race([third, new Promise((done) => setTimeout(done, 1500))])
  await world.target.stop()
  expect(answer).toMatchObject({ status: 429 })
  await Promise.all([...hanging, third])
})

test('D-08 control: others, and other tools of the flooded budget, are served all the while', async () => {
  world = await startTestGateway({ yaml: LIMITS })
  await Promise.all(Array.from({ length: FLOOD }, () => call('mallory')))
  for (const answer of [await call('bob'), await call('mallory', 'read_record')]) {
    expect([answer.status, codeOf(answer)]).toEqual([200, undefined])
  }
})
