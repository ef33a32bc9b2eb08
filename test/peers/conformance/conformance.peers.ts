// The official conformance suite of MCP: our own target direct, which shows that the suite can pass, and the same
// target through a started gateway with the bearer on, in all four pairs of eras (attacks M-01, M-19): whatever is
// lost on the way is ours. Through the endpoint of the target, for the suite knows its tools by their bare names.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { EVERY_TOOL } from '../../support/change.ts'
import { startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { startBearerHop, type BearerHop } from '../bearer-hop.ts'
import {
  EXPECTED_FAILURES,
  installSuite,
  isFailure,
  passed,
  SUITE,
  VERSION,
  type Revision,
  type Scenario,
  type Suite,
} from './suite.ts'
import { startConformanceTarget, type ConformanceTarget } from './target.ts'

/** Fewer than these, and the suite has lost scenarios. */
const REQUIRED = { '2025-11-25': 30, '2026-07-28': 37 } as const
/** Not required, because the suite's own server does not pass them. */
const PENDING = {
  '2025-11-25': ['json-schema-2020-12', 'server-session-lifecycle'],
  '2026-07-28': [
    'json-schema-2020-12',
    'http-header-validation',
    'http-custom-header-server-validation',
  ],
} as const
/** Of a client of 2026-07-28 before a target of the old era: what that era has no words for, and why. */
const NO_WORDS_FOR: Readonly<Record<string, string>> = {
  'sep-2575-server-rejects-undeclared-capability': 'such a target says it in words, in a result',
  'sep-2575-missing-capability-http-400': 'the same',
  'sep-2322-elicitation-incomplete': 'its requests have no keys, and the check wants one by name',
  'sep-2322-ignore-unexpected-params': 'answers to what was not asked cannot be brought to it',
}
const REVISIONS: readonly Revision[] = ['2025-11-25', '2026-07-28']
const SPOKEN = ['modern', 'legacy'] as const

let suite: Suite
let target: ConformanceTarget
let world: TestGateway
const hops = new Map<string, BearerHop>()
beforeAll(async () => {
  suite = installSuite()
  target = await startConformanceTarget()
  const settings = `kind: mcp, url: "${target.url}", allowInsecureTarget: true, mayAsk: { sampling: true, roots: true }`
  world = await startTestGateway({
    policies: EVERY_TOOL,
    // More targets: the lines go on the map that stands before them.
    yaml: SPOKEN.map((era) => `  ${era}: { ${settings}, era: ${era} }`).join('\n'),
  })
  for (const era of SPOKEN) {
    const resource = world.resource(era)
    await waitForTools(resource, world.token({ resource }))
    hops.set(era, await startBearerHop(world.port, () => world.token({ resource })))
  }
})
afterAll(async () => {
  for (const hop of hops.values()) await hop.stop()
  await world.stop()
  await target.stop()
  suite.remove()
})

describe(`${SUITE} ${VERSION}`, () => {
  test('nothing is expected to fail', () => {
    expect(readFileSync(EXPECTED_FAILURES, 'utf8')).toBe('server: []\nclient: []\n')
  })

  test.each(REVISIONS)('%s: what it requires passes direct', async (revision) => {
    expect(await complaints('direct', target.url, revision)).toEqual([])
  })

  describe.each(SPOKEN)('through the gateway, the target spoken to as %s', (era) => {
    test.each(REVISIONS)('%s: what it requires passes with the bearer on', async (revision) => {
      const url = `http://127.0.0.1:${hops.get(era)?.port}/mcp/${era}`
      const crosses = era === 'legacy' && revision === '2026-07-28'
      const beyond = crosses ? Object.keys(NO_WORDS_FOR) : []
      const way = `through the gateway, target ${era}`
      expect(await complaints(way, url, revision, beyond)).toEqual([])
    })
  })
})

/** A target is described beside the start of a gateway, and its policies are made ready after that. */
async function waitForTools(url: string, token: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { headers, body } = modernRequest({ token, method: 'tools/list' })
      const answer = await fetch(url, { method: 'POST', headers, body })
      expect(await answer.text()).toContain('test_simple_text')
    },
    { timeout: 30_000, interval: 200 },
  )
}

/** What speaks against a pass. `beyond`: checks that fail, and of which none may begin to succeed unseen. */
async function complaints(
  way: string,
  url: string,
  revision: Revision,
  beyond: readonly string[] = [],
): Promise<readonly unknown[]> {
  const required = suite.required(revision, 'server')
  const args = ['server', '--url', url, '--requirements', revision, '--expected-failures']
  const ran = await suite.run([...args, EXPECTED_FAILURES.pathname])
  const wanted = new Set<string>([...required, ...PENDING[revision]])
  const counted = ran.filter(({ name }) => wanted.has(name))
  report(`${revision} ${way}`, counted, required, beyond)
  const notPassed = counted.flatMap(({ notPassed: checks }) => checks)
  const missing = [...wanted].filter((name) => !counted.some((one) => one.name === name))
  const stale = beyond.filter((id) => !notPassed.some((check) => check.id === id))
  return [
    ...notPassed.filter((check) => isFailure(check) && !beyond.includes(check.id)),
    ...(required.length < REQUIRED[revision] ? [`${required.length} scenarios are required`] : []),
    ...missing.map((name) => `${name} did not run`),
    ...counted.filter(({ checks }) => checks === 0).map(({ name }) => `${name} checked nothing`),
    ...stale.map((id) => `${id} succeeds by now`),
  ]
}

function report(
  way: string,
  ran: readonly Scenario[],
  required: readonly string[],
  beyond: readonly string[],
): void {
  const count = (some: readonly Scenario[]) =>
    `${some.length} run, ${some.filter(passed).length} passed`
  const of = (wanted: boolean) => ran.filter(({ name }) => required.includes(name) === wanted)
  const warned = ran.flatMap(({ notPassed }) => notPassed.filter((check) => !isFailure(check)))
  const notes = [
    ...(beyond.length === 0 ? [] : [`${beyond.length} checks the old era has no words for`]),
    ...warned.map(({ id }) => `warned: ${id}`),
  ]
  const counts = `required ${count(of(true))}; pending ${count(of(false))}`
  process.stdout.write(`${way}: ${[counts, ...notes].join('; ')}\n`)
}
