// The event loop stays free whatever a target's schema and a caller's arguments ask for together: patterns that others
// would go back and forth in for years. References that double with every step are in argument-schema.test.ts; policies
// and their schemas are judged in a process of their own (workshop.test.ts).
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

/** Far above what a busy machine adds, far below what each attack costs where nothing holds it. */
const FREE_MS = 1_000
const tool = (name: string, schema: object) => ({
  name,
  description: 'Does what its name says.',
  inputSchema: { type: 'object', ...schema },
})

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({
    targetSettings: 'checkArguments: true',
    target: {
      tools: [
        tool('echo', {}),
        tool('delete_record', {}),
        tool('matched', { properties: { v: { type: 'string', pattern: '^(a+)+$' } } }),
        tool('divided', { properties: { v: { multipleOf: 7 } } }),
        tool('referring_back', { properties: { v: { pattern: '^(a+)\\1$' } } }),
      ],
    },
  })
})
afterAll(() => world.stop())

const call = (name: string, text: string) => {
  const body = `{"name":"${name}","arguments":${text}}`
  return world.call({ method: 'tools/call', params: JSON.parse(body) as Record<string, unknown> })
}

/** The code of the answer, and whether others were answered meanwhile. */
async function attack(name: string, text: string) {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const [attacked, other] = await Promise.all([call(name, text), call('echo', '{}')])
  await new Promise((resolve) => setTimeout(resolve, 20))
  delay.disable()
  return {
    code: codeOf(attacked),
    other: codeOf(other),
    free: delay.max / 1e6 < FREE_MS,
  }
}
const REFUSED = { code: 'authorize.invalid_arguments', other: undefined, free: true }

test('D-11 issue 4: a pattern with no end to its ways costs as much as its text is long', async () => {
  expect(await attack('matched', `{"v":"${'a'.repeat(26)}!"}`)).toEqual(REFUSED)
  expect(await attack('matched', `{"v":"${'a'.repeat(100_000)}!"}`)).toEqual(REFUSED)
})

test('D-11 attacks M-15: a pattern that only going back could match makes its tool unfit', async () => {
  expect(codeOf(await call('referring_back', '{"v":"aa"}'))).toBe('authorize.no_such_tool')
})

test('D-11 control: the same tools answer what fits, and the target has seen nothing else', async () => {
  expect(codeOf(await call('matched', '{"v":"aaaa"}'))).toBeUndefined()
  expect(codeOf(await call('divided', '{"v":14}'))).toBeUndefined()
  const reached = world.callsAtTarget().filter((body) => /"(matched|divided)"/.test(body))
  expect(reached).toHaveLength(2)
})
