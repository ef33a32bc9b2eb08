// The official conformance suite of MCP against our own command as a client: what 2026-07-28 requires of signing in, and
// the suite `auth` with it. DPoP, client credentials and assertions are extensions that the command does not speak.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installSuite, passed, SUITE, VERSION, type Scenario, type Suite } from './suite.ts'

const COMMAND = `${process.execPath} ${new URL('client-process.ts', import.meta.url).pathname}`
/** Fewer than these, and the suite has lost scenarios. */
const REQUIRED = 25
const AUTH_SUITE = 14

let suite: Suite
beforeAll(() => {
  suite = installSuite()
})
afterAll(() => suite.remove())

describe(`${SUITE} ${VERSION}`, () => {
  test('2026-07-28: what it requires of a client that signs in passes', async () => {
    const required = suite.required('2026-07-28', 'client').filter(isSignIn)
    expect(required.length).toBeGreaterThanOrEqual(REQUIRED)
    const ran = await run('--requirements', '2026-07-28')
    const counted = ran.filter(({ name }) => required.includes(name))
    report('2026-07-28 client, sign-in', counted)
    expect(counted.map(({ name }) => name).sort()).toEqual([...required].sort())
    expect(counted.flatMap(({ notPassed }) => notPassed)).toEqual([])
    expect(counted.filter(({ checks }) => checks === 0)).toEqual([])
  })

  test('the suite `auth` passes', async () => {
    const ran = await run('--suite', 'auth', '--spec-version', '2026-07-28')
    report('suite auth', ran)
    expect(ran.length).toBeGreaterThanOrEqual(AUTH_SUITE)
    expect(ran.flatMap(({ notPassed }) => notPassed)).toEqual([])
    expect(ran.filter(({ checks }) => checks === 0)).toEqual([])
  })
})

function run(...which: readonly string[]): Promise<readonly Scenario[]> {
  // All scenarios run at once, each with commands of its own.
  return suite.run(['client', '--command', COMMAND, '--timeout', '240000', ...which])
}

function isSignIn(scenario: string): boolean {
  return scenario.startsWith('auth/')
}

function report(way: string, ran: readonly Scenario[]): void {
  process.stdout.write(`${way}: ${ran.length} run, ${ran.filter(passed).length} passed\n`)
}
