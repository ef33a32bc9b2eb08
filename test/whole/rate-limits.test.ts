// Limits of a started gateway: who is held back, who is not, and what each of them reads (policy-audit §4).
import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import type { ModernCall } from '@sallyport/sample/modern-request.ts'
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'
import type { RawAnswer } from '../support/raw.ts'

let world: TestGateway
afterEach(() => world.stop())

const OFF = { address: 'off', client: 'off', person: 'off', tool: 'off', target: 'off' }
const TWO = '{ perMinute: 1, burst: 2 }'

async function start(limits: Partial<Record<keyof typeof OFF, string>>, more = '') {
  const members = Object.entries({ ...OFF, ...limits }).map(([name, is]) => `${name}: ${is}`)
  const options: TestGatewayOptions = {
    yaml: `rateLimits: { ${members.join(', ')} }`,
    ...(more === '' ? {} : { targetSettings: more }),
  }
  world = await startTestGateway(options)
}

const call = (name = 'echo'): ModernCall => ({
  method: 'tools/call',
  params: { name, arguments: {} },
})
const by = (sub: string, client = 'test-client') =>
  world.token({ claims: { sub, client_id: client } })
const as = (sub: string, client?: string, what = call()) =>
  world.call({ ...what, token: by(sub, client) })
const codes = async (answers: readonly Promise<RawAnswer>[]) => {
  const found: (string | undefined)[] = []
  for (const answer of answers) found.push(codeOf(await answer))
  return found
}
const PASS = undefined
const HELD = 'authorize.rate_limited'

describe('policy-audit §4: each limit holds back its own', () => {
  test('person: at all clients and tools together, and nobody else', async () => {
    await start({ person: TWO })
    expect(await codes([as('alice'), as('alice', 'other')])).toEqual([PASS, PASS])
    expect(await codes([as('alice'), as('alice', 'third', call('read_record'))])).toEqual([
      HELD,
      HELD,
    ])
    expect(await codes([as('alice', undefined, { method: 'tools/list', params: {} })])).toEqual([
      HELD,
    ])
    expect(await codes([as('bob')])).toEqual([PASS])
  })

  test('client: everybody who uses it', async () => {
    await start({ client: TWO })
    expect(await codes([as('alice'), as('bob')])).toEqual([PASS, PASS])
    expect(await codes([as('carol')])).toEqual([HELD])
    expect(await codes([as('carol', 'other')])).toEqual([PASS])
  })

  test('tool: one person at one tool, under whichever URL it is called', async () => {
    await start({ tool: TWO })
    expect(await codes([as('alice'), as('alice')])).toEqual([PASS, PASS])
    const aggregate = { ...call('records___echo'), path: '/mcp' }
    const token = world.token({ resource: world.resource() })
    expect(await codes([as('alice'), world.call({ ...aggregate, token })])).toEqual([HELD, HELD])
    expect(await codes([as('alice', undefined, call('read_record')), as('bob')])).toEqual([
      PASS,
      PASS,
    ])
  })

  test('tool: a search is one of them, and takes nothing from the others', async () => {
    world = await startTestGateway({
      yaml: `rateLimits: { tool: ${TWO} }\nsearch: { aboveTools: 0 }`,
    })
    const search = {
      method: 'tools/call',
      params: { name: 'search_tools', arguments: { query: 'a' } },
    }
    const searching = (sub: string) => as(sub, undefined, search)
    expect(await codes([searching('alice'), searching('alice')])).toEqual([PASS, PASS])
    expect(await codes([searching('alice'), as('alice'), searching('bob')])).toEqual([
      HELD,
      PASS,
      PASS,
    ])
  })

  test('target: everybody at all its tools; its own setting takes the place of the general one', async () => {
    await start({ target: 'off' }, `rateLimits: { target: ${TWO} }`)
    expect(await codes([as('alice'), as('bob', undefined, call('read_record'))])).toEqual([
      PASS,
      PASS,
    ])
    expect(await codes([as('carol')])).toEqual([HELD])
    expect(world.callsAtTarget()).toHaveLength(2)
  })

  test('a call that policy denies costs the tool nothing', async () => {
    await start({ tool: TWO })
    const denied = { method: 'tools/call', params: { name: 'delete_record', arguments: {} } }
    for (let n = 0; n < 3; n += 1)
      expect(codeOf(await world.call(denied))).toBe('authorize.no_such_tool')
    expect(await codes([as('alice')])).toEqual([PASS])
  })

  test('address: before the token is looked at', async () => {
    await start({ address: TWO })
    const answers = await codes([as('alice'), world.call({ ...call(), token: 'x' })])
    expect(answers).toEqual([PASS, 'identify.malformed_token'])
    expect(await codes([world.call({ ...call(), token: 'x' }), as('alice')])).toEqual([HELD, HELD])
    expect((await world.raw({ path: '/nowhere' })).status).toBe(429)
  })
})

test('protocol §9: the refusal says which limit, when to come back and what to do, and is recorded', async () => {
  await start({ person: '{ perMinute: 1, burst: 1 }' })
  await world.call(call())
  const answer = await world.call({ ...call(), id: 7 })
  expect(answer.status).toBe(429)
  expect(answer.header('retry-after')).toMatch(/^(59|60)$/)
  expect(answer.json()).toMatchObject({
    id: 7,
    error: {
      code: -32_003,
      data: {
        code: HELD,
        limit: 'person',
        retryAfter: Number(answer.header('retry-after')),
        seen: 'the limit `person`: 1 a minute, 1 at once',
        fix: expect.stringContaining('data.retryAfter') as unknown,
      },
    },
  })
  const requestId = answer.header('x-sallyport-request-id')
  await expect
    .poll(() => world.audit().find((record) => record['requestId'] === requestId))
    .toMatchObject({
      kind: 'refusal',
      code: HELD,
      reason: expect.stringContaining('`person`') as unknown,
    })
  const metrics = await fetch(`http://127.0.0.1:${world.gateway.operationsPort}/metrics`)
  expect(await metrics.text()).toContain('sallyport_rate_limited_total{limit="person"} 1')
})

test('D-08: a target that hangs holds up no more calls than it may have under way', async () => {
  await start({}, 'rateLimits: { concurrent: 2 }')
  world.target.behave({ beforeHeadMs: 400 })
  const slow = [as('alice'), as('bob')]
  await expect.poll(() => world.callsAtTarget().length).toBe(2)
  const third = await as('carol')
  expect([codeOf(third), third.header('retry-after')]).toEqual([HELD, '1'])
  expect(await codes(slow)).toEqual([PASS, PASS])
  expect(await codes([as('carol')])).toEqual([PASS])
})

test('F-21: a reload gives nobody a fresh budget, unless the limit itself has changed', async () => {
  await start({ person: TWO })
  expect(await codes([as('alice'), as('alice'), as('alice')])).toEqual([PASS, PASS, HELD])
  const text = readFileSync(world.configFile, 'utf8')
  writeFileSync(world.configFile, `${text}limits: { connections: 1001 }\n`)
  expect(await world.gateway.reload()).not.toMatchObject({ outcome: 'kept' })
  expect(await codes([as('alice')])).toEqual([HELD])
  writeFileSync(world.configFile, text.replace(TWO, '{ perMinute: 1, burst: 3 }'))
  expect(await world.gateway.reload()).not.toMatchObject({ outcome: 'kept' })
  expect(await codes([as('alice')])).toEqual([PASS])
})
