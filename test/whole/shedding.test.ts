// Under pressure requests are refused before anything is read of them, and whoever runs the gateway still sees and
// steers it (promises §5). Memory is what a test can make short at will; the loop is in system/pressure.test.ts.
import { expect, onTestFinished, test } from 'vitest'
import { startTestGateway } from '../support/gateway.ts'
import { ask } from '../support/operator.ts'
import { codeOf } from '../support/present.ts'

/** A machine that does other work as well. */
const BUSY = { timeout: 15_000 }

test('promises §5: 503 with Retry-After, counted in the audit by address, while health, metrics and operator answer', async () => {
  const world = await startTestGateway({ yaml: 'shedding: { memoryBytes: 1048576 }' })
  onTestFinished(() => world.stop())
  const operations = async (path: string) =>
    await (await fetch(`http://127.0.0.1:${world.gateway.operationsPort}${path}`)).text()
  await expect.poll(() => operations('/metrics'), BUSY).toContain('sallyport_shed_share 1\n')

  const params = { name: 'echo', arguments: {} }
  const answers = [
    await world.call({ method: 'tools/call', params }),
    await world.call({ method: 'tools/call', params, token: 'no token at all' }),
    await world.raw({ path: '/mcp', body: '{ "not": json' }),
  ]
  for (const answer of answers) {
    expect([answer.status, answer.header('retry-after'), codeOf(answer)]).toEqual([
      503,
      '5',
      'in.overloaded',
    ])
  }
  expect(world.callsAtTarget()).toHaveLength(0)
  await expect
    .poll(() => operations('/readyz'), BUSY)
    .toContain('{"name":"load","state":"degraded","reason":"100 % of the requests are refused"}')
  expect(await ask(world, '/status')).toMatchObject({ ready: true })
  await expect
    .poll(() => world.audit().filter(({ code }) => code === 'in.overloaded'), BUSY)
    .toHaveLength(answers.length)
})
