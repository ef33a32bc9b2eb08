// Policies and configurations are reloaded while people call (issue 4, F-21): whoever may call is never refused, whoever
// may not never gets through, and from the answer to the order on the new policies decide.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askTargetsAgain, changePolicies, EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

const on = (tool: string) => `principal, action == AgentCore::Action::"records___${tool}", resource`
const NEVER = `forbid (${on('delete_record')});\n`
const READS = `forbid (${on('delete_record')}) when { context.input has id && context.input.id > 0 };\n`
/** `write_record` is allowed, and is not; what never may be is forbidden in another way each time. */
const SETS = [`${EVERY_TOOL}${NEVER}`, `${EVERY_TOOL}${READS}forbid (${on('write_record')});\n`]
const ROUNDS = 6
const CALLERS = 4

let world: TestGateway
beforeAll(async () => {
  const none = 'rateLimits: { address: off, client: off, person: off, tool: off, target: off }'
  world = await startTestGateway({ policies: SETS[0] ?? '', yaml: none })
})
afterAll(() => world.stop())

async function code(name: string): Promise<string | undefined> {
  const params = { name, arguments: { id: 1, amount: 1, note: 'x' } }
  return codeOf(await world.call({ method: 'tools/call', params }))
}

test('issue 4: a reload under load refuses nobody wrongly and lets nobody through', async () => {
  const reloads = { done: false }
  const allowed: (string | undefined)[] = []
  const denied: (string | undefined)[] = []
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!reloads.done) {
      allowed.push(await code('echo'))
      denied.push(await code('delete_record'))
    }
  })
  for (let round = 1; round <= ROUNDS; round += 1) {
    const report = await changePolicies(world, SETS[round % 2] ?? '')
    // Unchanged: the watch of the folder was first.
    expect(report.outcome).not.toBe('kept')
    const expected = round % 2 === 1 ? ['authorize.no_such_tool'] : [undefined]
    expect([await code('write_record')]).toEqual(expected)
    if (round % 3 === 0) expect((await askTargetsAgain(world)).outcome).not.toBe('kept')
  }
  reloads.done = true
  await Promise.all(callers)
  expect(allowed.length).toBeGreaterThan(ROUNDS)
  expect(new Set(allowed)).toEqual(new Set([undefined]))
  expect(new Set(denied)).toEqual(new Set(['authorize.denied', 'authorize.no_such_tool']))
  const reached = world.callsAtTarget().filter((body) => body.includes('delete_record'))
  expect(reached).toEqual([])
})
