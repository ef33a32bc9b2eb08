import { describe, expect, test } from 'vitest'
import { caseFinding, testPolicies } from '../../src/authorize/policy-test.ts'
import { readCases } from '../../src/config/policy-cases.ts'
import type { JsonObject } from '../../src/json/value.ts'
import { tagsOf } from '../../src/identify/tags.ts'
import { catalogue, files, GATEWAY, ISSUER, tool } from './world.ts'

const TRADE = tool('market___trade', {
  type: 'object',
  properties: { volume: { type: 'integer' }, price: { type: 'number' } },
})
const PERMIT = `@id("traders")
permit(principal is AgentCore::OAuthUser, action == AgentCore::Action::"market___trade", resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|traders|*" }
unless { context.input has volume && context.input.volume > 100 };
@id("exact")
forbid(principal, action == AgentCore::Action::"market___trade", resource)
when { context.input has volume && context.input.volume == 9007199254740993 };`
const SETTINGS = { gatewayId: GATEWAY, homeIssuer: ISSUER }
const PEOPLE = `people:
  bob: { tags: { groups: [traders, all] } }
  eve: { tags: { groups: [visitors] } }
`

async function run(cases: string, entries = [TRADE], health = {}) {
  const read = readCases([{ file: 'a.test.yaml', text: PEOPLE + cases }])
  expect(read.findings).toEqual([])
  const report = await testPolicies(files(PERMIT), read.cases, catalogue(entries, health), SETTINGS)
  if ('findings' in report) throw new Error(JSON.stringify(report.findings))
  return report
}

describe('policy-audit §1.4: cases', () => {
  test('a case for several callers and tools is run for each', async () => {
    const report = await run(`cases:
  - { name: trade, who: [bob], tool: market___trade, expect: allow, policies: [1.cedar#traders], listed: true }
  - { name: no trade, who: eve, tool: [market___trade, market___trade], expect: deny, listed: false }`)
    expect(report).toEqual({ run: 3, failures: [], skipped: [], untested: ['1.cedar#exact'] })
  })

  test('a failure says place, expected, seen and the deciding line', async () => {
    const { failures } = await run(`cases:
  - name: nobody trades
    who: bob
    tool: market___trade
    expect: deny`)
    expect(failures).toEqual([
      {
        file: 'a.test.yaml',
        line: 5,
        column: 5,
        name: 'nobody trades',
        who: 'bob',
        tool: 'market___trade',
        expected: 'deny',
        seen: 'allow',
        because: ['decided by the permit `1.cedar#traders` (1.cedar:1)'],
      },
    ])
    expect(caseFinding(failures[0] as (typeof failures)[number])).toMatchObject({
      line: 5,
      text: 'the case `nobody trades` (bob, market___trade) does not hold: expected deny, seen allow; decided by the permit `1.cedar#traders` (1.cedar:1)',
    })
  })

  test('where nothing decided, what would change the answer is said', async () => {
    const { failures } = await run(`cases:
  - { name: all trade, who: eve, tool: market___trade, expect: allow }`)
    expect(failures[0]?.seen).toBe('deny (authorize.denied)')
    expect(failures[0]?.because[0]).toContain('"|visitors|"')
  })

  test('other deciding policies than the named ones fail the case', async () => {
    const { failures } = await run(`cases:
  - { name: by another, who: bob, tool: market___trade, expect: allow, policies: [1.cedar#x] }`)
    expect(failures[0]).toMatchObject({
      expected: 'allow, by `1.cedar#x`',
      seen: 'allow, by `1.cedar#traders`',
    })
  })

  test('policy-audit §1.1 rule 5: numbers are those of the file, not those of a double', async () => {
    const { failures } = await run(`cases:
  - { name: exact, who: bob, tool: market___trade, arguments: { volume: 9007199254740993 }, expect: deny, policies: [1.cedar#exact] }
  - { name: next, who: bob, tool: market___trade, arguments: { volume: 9007199254740992 }, expect: deny, policies: [] }`)
    expect(failures).toEqual([])
  })

  test('a tool that nothing explains fails; one of a target that never answered is skipped', async () => {
    const cases = `cases:
  - { name: far, who: bob, tool: far___away, expect: allow }`
    expect((await run(cases)).failures[0]?.seen).toBe('no tool `far___away`')
    const down = { state: 'down', reason: 'away', describedAtMs: undefined } as const
    const report = await run(cases, [TRADE], { far: down })
    expect(report).toMatchObject({ run: 0, failures: [] })
    expect(report.skipped).toHaveLength(1)
  })

  test('the state of a tool does not change what the policies say of it', async () => {
    const changed = { ...TRADE, pin: 'changed' } as const
    const { failures } = await run(
      `cases:
  - { name: trade, who: bob, tool: market___trade, expect: allow, listed: true }`,
      [changed],
    )
    expect(failures).toEqual([])
  })

  test('a case says time and address where a policy reads them, and holds by day and by night', async () => {
    const night = `permit(principal, action == AgentCore::Action::"market___trade", resource)
when { context.time.hour < 6 && context.network.address.isInRange(ip("10.0.0.0/8")) };`
    const ask = async (context: string) => {
      const text = `${PEOPLE}cases:
  - { name: by night, who: bob, tool: market___trade, ${context}expect: allow }`
      const { cases } = readCases([{ file: 'a.test.yaml', text }])
      const zone = { ...SETTINGS, timeZone: 'Europe/Berlin' }
      const report = await testPolicies(files(night), cases, catalogue([TRADE]), zone)
      if ('findings' in report) throw new Error(JSON.stringify(report.findings))
      return report.failures
    }
    const missing = await ask('')
    expect(missing[0]?.because).toEqual([
      'a policy for this tool reads it: write `context: { time: 2026-03-27T09:30:00Z }`',
      'a policy for this tool reads it: write `context: { address: 192.0.2.1 }`',
    ])
    expect(await ask('context: { time: 2026-03-27T04:59:00Z, address: 10.1.2.3 }, ')).toEqual([])
    const late = await ask('context: { time: 2026-03-27T05:00:00Z, address: 10.1.2.3 }, ')
    expect(late[0]?.seen).toBe('deny (authorize.denied)')
    expect(await ask('context: { time: 2026-03-27T01:00:00Z, address: 192.0.2.1 }, ')).toHaveLength(
      1,
    )
  })

  test('policies that do not load are findings, not failures', async () => {
    const report = await testPolicies(files('permit(principal'), [], catalogue([TRADE]), SETTINGS)
    expect(report).toHaveProperty('findings')
  })
})

describe('policy-audit §1.4: the form of cases', () => {
  const findings = (text: string) =>
    readCases([{ file: 'a.test.yaml', text }]).findings.map(
      ({ line, column, text: words }) => `${line}:${column} ${words}`,
    )

  test.each([
    ['case: []', '1:1 the key `case` is not known here; did you mean `cases`?'],
    [
      'cases: [{ name: x, who: { subject: a }, tool: t___a, expect: no }]',
      '1:62 `cases[0].expect` is not one of allow, deny',
    ],
    ['cases: [{ name: x, who: { subject: a }, tool: t___a }]', '1:9 `cases[0].expect` is missing'],
    [
      'cases: [{ name: x, who: bop, tool: t___a, expect: deny }]\npeople: { bob: {} }',
      '1:9 `bop` is none of `people`; did you mean `bob`?',
    ],
    ['people: { bob: { tag: {} } }', '1:18 the key `tag` is not known here; did you mean `tags`?'],
    ['cases: [\n  *nobody ]', '2:3'],
    [
      'cases: [{ name: x, who: a, tool: t___a, expect: deny, arguments: { __proto__: 1 } }]',
      '1:68',
    ],
  ])('%s', (text, expected) => {
    expect(findings(text).join('\n')).toContain(expected)
  })

  test('a list of tag values is the tag that a token with that claim has', () => {
    const { people } = readCases([
      { file: 'a.test.yaml', text: 'people: { x: { tags: { g: [b, a, b] } } }' },
    ])
    const made = tagsOf(new Map([['g', ['b', 'a', 'b']]]), { g: 'g' }) as ReadonlyMap<
      string,
      string
    >
    expect(people['x']?.tags).toEqual(Object.fromEntries(made) satisfies JsonObject)
  })

  test('a machine has no subject', () => {
    const { cases } = readCases([
      {
        file: 'a.test.yaml',
        text: 'cases: [{ name: x, who: { kind: client, clientId: batch }, tool: t___a, expect: deny }]',
      },
    ])
    expect(cases[0]).toMatchObject({ who: 'batch', principal: { kind: 'client', tags: {} } })
    expect(cases[0]?.principal).not.toHaveProperty('subject')
  })
})
