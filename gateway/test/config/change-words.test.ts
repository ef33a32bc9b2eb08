import { describe, expect, test } from 'vitest'
import { changesInWords } from '../../src/config/change-words.ts'
import { changed, good, GOOD } from './sample-config.ts'

const told = (after: string, before = GOOD) =>
  changesInWords(good(before), good(after)).map(
    ({ effect, path, text }) => [effect, path, text] as const,
  )

describe('ux §2: `config diff` says in words what changes for users', () => {
  test('form, order and comments are no change', () => {
    expect(told(`${GOOD}# more\n`)).toEqual([])
    expect(told(changed('level: info', "level: 'info'"))).toEqual([])
  })

  test('a target that comes opens, one that goes closes, one that moves changes', () => {
    const renamed = told(changed('  weather:', '  wind:'))
    expect(renamed.map(([effect, path]) => [effect, path])).toEqual([
      ['closes', 'targets.weather'],
      ['opens', 'targets.wind'],
    ])
    expect(renamed[0]?.[2]).toBe(
      'the target weather is gone: nobody can call it (https://weather.example/mcp)',
    )
    expect(told(changed('weather.example', 'other.example'))).toEqual([
      [
        'changes',
        'targets.weather.url',
        'calls of weather go to https://other.example/mcp and no longer to https://weather.example/mcp',
      ],
    ])
  })

  test('an issuer that comes opens, in whatever order they stand', () => {
    const second = '\n    - { issuer: https://other.example, profile: rfc9068 }\n  requiredScopes:'
    const two = GOOD.replace('\n  requiredScopes:', second)
    expect(told(two)).toEqual([
      [
        'opens',
        'authorization.issuers."https://other.example"',
        'tokens of the issuer https://other.example are accepted',
      ],
    ])
    expect(told(GOOD, two)[0]?.slice(0, 2)).toEqual([
      'closes',
      'authorization.issuers."https://other.example"',
    ])
    const first = GOOD.replace(
      '  issuers:\n',
      '  issuers:\n    - { issuer: https://other.example, profile: rfc9068 }\n',
    )
    expect(told(first, two)).toEqual([])
  })

  test('scopes and limits: more to bring closes, more to take opens', () => {
    expect(told(changed('[mcp]', '[mcp, more]'))[0]).toEqual([
      'closes',
      'authorization.requiredScopes',
      'every call needs the scopes more as well',
    ])
    expect(told(changed('bodyBytes: 1048576', 'bodyBytes: 2097152'))[0]?.[0]).toBe('opens')
    const limited = `${GOOD}rateLimits: { person: { perMinute: 10, burst: 200 }, tool: off }\n`
    expect(told(limited)).toEqual([
      [
        'closes',
        'rateLimits.person.perMinute',
        'requests of one person: in a minute: 10, and not 1200',
      ],
      ['opens', 'rateLimits.tool', 'calls of one tool by one person are not limited any more'],
    ])
    expect(told(GOOD, limited).map(([effect]) => effect)).toEqual(['opens', 'closes'])
  })

  test('a relaxation is told as one, switched on and switched off', () => {
    const on = told(
      GOOD,
      changed('http://127.0.0.1:4001', 'https://m.example').replace(
        '    allowInsecureTarget: true\n',
        '',
      ),
    )
    expect(on.find(([, path]) => path.endsWith('allowInsecureTarget'))).toMatchObject([
      'opens',
      'targets.market.allowInsecureTarget',
      expect.stringMatching(/^a relaxation of security is switched on: allows plain http/),
    ])
    const logOnly = changed("baseline: '1'", "baseline: '1'\n    mode: LOG_ONLY")
    expect(told(logOnly)[0]?.[0]).toBe('opens')
    expect(told(GOOD, logOnly)[0]?.[0]).toBe('closes')
  })

  test('who may speak what, which tools are left, where clients go', () => {
    expect(told(`minProtocol: '2026-07-28'\n${GOOD}`)[0]?.slice(0, 2)).toEqual([
      'closes',
      'minProtocol',
    ])
    const only = (tools: string) =>
      changed("baseline: '1'", `onlyTools: ${tools}\n    baseline: '1'`)
    expect(told(only('[a, b]'))[0]).toEqual([
      'closes',
      'targets.market.onlyTools',
      'of market only these tools are left: a, b',
    ])
    expect(told(only('[a, b]'), only('[a]'))[0]?.[0]).toBe('opens')
    expect(told(only('[a]'), only('[a, b]'))[0]?.[0]).toBe('closes')
    expect(told(only('[a, c]'), only('[a, b]'))[0]?.[0]).toBe('changes')
    expect(
      told(changed('https://gate.acme.example', 'https://gate2.acme.example'))[0]?.[2],
    ).toContain('everybody signs in again')
  })

  test('what has no words of its own is told with those of the reference page', () => {
    expect(told(changed('idempotent: true', 'idempotent: false'))[0]?.[2]).toMatch(
      /: false, and not true$/,
    )
    expect(told(changed('[acme-agent]', '[acme-agent, other]'))[0]?.[2]).toMatch(
      /: now with other$/,
    )
  })

  test('what waits for the next start is marked', () => {
    const [change] = changesInWords(good(), good(changed('level: info', 'level: warn')))
    expect(change).toMatchObject({ path: 'log.level', atNextStart: true })
  })

  test('P-05: what looks like a secret is not shown', () => {
    const secret = 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r'
    const text = JSON.stringify(told(`instructions: '${secret}'\n${GOOD}`))
    expect(text).toContain('instructions')
    expect(text).not.toContain('dBjftJeZ4CVP')
  })
})
