import { describe, expect, test } from 'vitest'
import { renderProblems } from '../../src/config/render-problems.ts'
import { changed, GOOD, problemsOf } from './sample-config.ts'

/** What is changed in the good file, and the one problem that it makes. */
// prettier-ignore
const MISTAKES: readonly (readonly [name: string, from: string, to: string, code: string, at: string, words: RegExp])[] = [
    ['an unknown key suggests the one that was meant', 'operations:', 'opertions:', 'config.unknown_key', '7:1', /did you mean `operations`\?/],
    ['an unknown key deep inside has its own place', 'connectMs', 'conectMs', 'config.unknown_key', '34:17', /did you mean `connectMs`\?/],
    ['two letters that changed places are one mistake', '127.0.0.1, port: 9464', '127.0.0.1, prot: 9464', 'config.unknown_key', '7:32', /did you mean `port`\?/],
    ['a bracket that is not closed is named at its place', 'policies: { folder: ./policies }', 'policies: { folder: ./policies', 'config.invalid_yaml', '19:11', /the bracket `\{` is not closed/],
    ['a square bracket that is not closed is named at its place', "['https://app.acme.example']", "['https://app.acme.example'", 'config.invalid_yaml', '18:17', /the bracket `\[` is not closed/],
    ['a number where a text belongs says what YAML read', 'stateFolder: ./state', 'stateFolder: 5', 'config.invalid_value', '8:14', /is a number, not a path[^]*quotes/],
    ['a list where a text belongs says so', 'stateFolder: ./state', 'stateFolder: [a]', 'config.invalid_value', '8:1', /is a list, not a path/],
    ['a limit that lacks its burst says its form', 'log: {', 'rateLimits: { person: { perMinute: 5 } }\nlog: {', 'config.invalid_value', '37:15', /a map with `perMinute` and `burst`, both from 1 to 1000000, or `off`/],
    ['a limit of nothing says its form', 'log: {', 'rateLimits: { person: { perMinute: 0, burst: 1 } }\nlog: {', 'config.invalid_value', '37:36', /a whole number from 1 to 1000000/],
    ['a limit by another name is questioned', 'log: {', 'rateLimits: { persons: off }\nlog: {', 'config.unknown_key', '37:15', /did you mean `person`\?/],
    ['a limit of a target that only the whole gateway has is refused', 'timeouts: { connectMs: 3000 }', 'rateLimits: { person: off }', 'config.unknown_key', '34:19', /`tool`, `target`, `concurrent`/],
    ['a key unlike all others is to be removed', 'requiredScopes: [mcp]', 'zzz: [mcp]', 'config.unknown_key', '17:3', /remove it/],
    ['a required key that is missing is named', 'policies: { folder: ./policies }\n', '', 'config.missing', '2:1', /`policies` is missing/],
    ['a required key deep inside is named at its parent', '      profile: rfc9068\n', '', 'config.missing', '12:7', /`authorization.issuers\[0\].profile` is missing/],
    ['a wrong type says what is expected', 'bodyBytes: 1048576', 'bodyBytes: many', 'config.invalid_value', '36:22', /whole number from 1024/],
    ['a number out of range says the range', 'port: 9464', 'port: 94640', 'config.invalid_value', '7:38', /from 0 to 65535/],
    ['a near miss of a choice is suggested', 'rfc9068', 'rfc9608', 'config.invalid_value', '13:16', /did you mean `rfc9068`\?/],
    ['mode facade is not in this version', 'mode: external', 'mode: facade', 'config.not_in_this_version', '10:9', /not in this version/],
    ['mode broker is not in this version', 'mode: external', 'mode: broker', 'config.not_in_this_version', '10:9', /not in this version/],
    ['a public URL with a path is not canonical', 'https://gate.acme.example', 'https://gate.acme.example/mcp', 'config.invalid_value', '2:12', /canonical/],
    ['a public URL with a slash at the end is not canonical', 'https://gate.acme.example', 'https://gate.acme.example/', 'config.invalid_value', '2:12', /canonical/],
    ['a public URL in upper case is not canonical', 'https://gate.acme.example', 'https://Gate.acme.example', 'config.invalid_value', '2:12', /canonical/],
    ['a public URL with the default port is not canonical', 'https://gate.acme.example', 'https://gate.acme.example:443', 'config.invalid_value', '2:12', /canonical/],
    ['a public URL of plain http beyond loopback is refused', 'https://gate.acme.example', 'http://gate.acme.example', 'config.invalid_value', '2:12', /loopback|127\.0\.0\.1/],
    ['plain http to a target names its relaxation', '    allowInsecureTarget: true\n', '', 'config.insecure', '23:10', /allowInsecureTarget: true/],
    ['plain http to an issuer names its relaxation', 'https://login.acme.example', 'http://login.acme.example', 'config.insecure', '12:15', /allowInsecureIssuer: true/],
    ['no TLS beyond loopback is refused', '  host: 127.0.0.1\n  port: ${PORT}\n  tls: { certificate: { file: ./tls.crt }, key: { file: ./tls.key } }', '  host: 0.0.0.0', 'config.insecure', '4:9', /listen\.tls/],
    ['a target id with an underscore is refused: names are joined by underscores', '  market:\n', '  mar_ket:\n', 'config.invalid_key', '21:3', /letters, digits/],
    ['a target id with a hyphen at its end is refused', '  market:\n', '  market-:\n', 'config.invalid_key', '21:3', /letters, digits/],
    ['target ids that differ in case alone are refused', '  weather:', '  MARKET:', 'config.conflict', '35:3', /`market` and `MARKET`/],
    ['a kind that does not exist is named', 'weather: { kind: mcp', 'weather: { kind: soap', 'config.invalid_value', '35:20', /`mcp`/],
    ['a header that the gateway writes itself is refused', 'header: Authorization', 'header: Host', 'config.invalid_value', '28:15', /header/],
    ['a header name with a space is refused', 'header: Authorization', 'header: "X Key"', 'config.invalid_value', '28:15', /header/],
    ['a tag name with a space is refused', 'groups: groups', '"my groups": groups', 'config.invalid_key', '14:15', /name/],
    ['a value where a reference belongs is refused', 'secret: { file: ./market.key }', 'secret: hunter2', 'config.invalid_value', '30:15', /`\{ file: <path> \}`/],
    ['a reference to two places is refused', 'secret: { file: ./market.key }', 'secret: { file: a, env: B }', 'config.invalid_value', '30:7', /`\{ file: <path> \}`/],
    ['an origin with a path is refused', 'https://app.acme.example', 'https://app.acme.example/x', 'config.invalid_value', '18:18', /origin/],
    ['an origin wildcard is refused', "'https://app.acme.example'", '"*"', 'config.invalid_value', '18:18', /origin/],
    ['roles by a tag that no issuer has are nobody’s', 'log: {', 'operators: { claim: departments, roles: { admin: [it] } }\nlog: {', 'config.conflict', '37:21', /no issuer has a tag `departments`/],
    ['an approval is told by https alone', 'log: {', 'approvals: { webhook: { url: "http://hooks.acme.example/", secret: { env: HOOK } } }\nlog: {', 'config.invalid_value', '37:30', /allowInsecureWebhook: true/],
    ['one listener for two purposes is refused', 'port: 9464', 'port: 8444', 'config.conflict', '7:38', /same address and port/],
    ['an issuer that is listed twice is refused', '  requiredScopes', '    - { issuer: https://login.acme.example, profile: okta }\n  requiredScopes', 'config.conflict', '17:17', /twice/],
    ['client ids as audience are for Cognito alone', '      tenant: tenant\n', '      tenant: tenant\n      audienceFrom: client_id\n      clients: [a]\n', 'config.conflict', '16:21', /cognito/],
    ['client ids as audience need the list of clients', 'profile: rfc9068', 'profile: cognito\n      audienceFrom: client_id', 'config.insecure', '12:7', /clients/],
    ['a key without a value is told apart from a missing one', 'limits: { bodyBytes: 1048576 }', 'limits:', 'config.invalid_value', '36:1', /give it a value/],
    ['a key that occurs twice is refused', 'log: { level: info }', 'log: { level: info }\nlog: { level: warn }', 'config.invalid_yaml', '38:1', /twice/],
]

describe('every mistake has its place, what was seen, what is expected and a fix', () => {
  test.each(MISTAKES)('%s', (_, from, to, code, at, words) => {
    const problems = problemsOf(changed(from, to))
    expect(problems.map((problem) => [problem.code, `${problem.line}:${problem.column}`])).toEqual([
      [code, at],
    ])
    const [problem] = problems
    expect(problem?.fix).not.toBe('')
    expect(problem?.expected).not.toBe('')
    expect(renderProblems(problems, false)).toMatch(words)
  })

  test('an issuer that is listed again by an alias is refused', () => {
    const text = GOOD.replace('- issuer:', '- &acme\n      issuer:').replace(
      '  requiredScopes',
      '    - *acme\n  requiredScopes',
    )
    expect(problemsOf(text)).toMatchObject([
      { code: 'config.conflict', path: 'authorization.issuers[1].issuer' },
    ])
  })

  test('brackets inside of each other that are not closed are named, one by one', () => {
    const places = problemsOf('a: [ { b: 1\nc: { d: 2 }\n').map(({ line, column, message }) => [
      `${line}:${column}`,
      message,
    ])
    expect(places).toEqual([
      ['1:4', 'the bracket `[` is not closed'],
      ['1:6', 'the bracket `{` is not closed'],
    ])
  })

  test('all problems are reported at once, also behind a bad name and a bad kind', () => {
    const text = GOOD.replace('operations:', 'opertions:')
      .replace('mode: external', 'mode: facade')
      .replace('  market:\n', '  mar_ket:\n')
      .replace('connectMs: 3000', 'connectMs: soon')
      .replace('header: Authorization', 'header: Host')
      .replace('level: info', 'level: loud')
      .replace('    allowInsecureTarget: true\n', '')
    expect(problemsOf(text).map(({ path }) => path)).toEqual([
      'opertions',
      'authorization.mode',
      'targets.mar_ket',
      'targets.mar_ket.url',
      'targets.mar_ket.credential.header',
      'targets.mar_ket.timeouts.connectMs',
      'log.level',
    ])
  })
})

describe('the text for a terminal', () => {
  test('the caret stands under the place', () => {
    const lines = renderProblems(problemsOf(changed('port: 9464', 'port: 94640')), false).split(
      '\n',
    )
    expect(lines).toEqual([
      '/etc/sallyport/sallyport.yaml:7:38 config.invalid_value',
      '  `operations.port` is not a whole number from 0 to 65535',
      '  7 | operations: { host: 127.0.0.1, port: 94640 }',
      '                                           ^^^^^',
      '  seen     `94640`',
      '  expected a whole number from 0 to 65535',
      '  fix      write a whole number from 0 to 65535',
      '',
      '1 problem',
      '',
    ])
  })

  test('controls in a value or a key reach no terminal (H-17)', () => {
    const text = changed('level: info', 'level: "a\\e[31m\\u202e\\r", "k\\e[2J": 1')
    const rendered = renderProblems(problemsOf(text), false)
    expect(rendered).toContain('log.level')
    expect(rendered.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })
})
