import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { cedar } from '../../src/authorize/engine.ts'
import { offsetOfByte, positionAt } from '../../src/authorize/finding.ts'
import { readPolicyFiles } from '../../src/authorize/policy-files.ts'
import { parsePolicies, startOf, wordsOf } from '../../src/authorize/policy.ts'
import { splitConditions, splitPolicies } from '../../src/authorize/split-policies.ts'
import { catalogue, files, findingsOf, tool, unloaded, loadInto } from './world.ts'

const ANY = 'permit(principal, action, resource)'

describe('the policy folder', () => {
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'policies-'))
    onTestFinished(() => rmSync(made, { recursive: true }))
    return made
  }

  test('every *.cedar by name; an empty folder is valid', async () => {
    const at = folder()
    expect(await readPolicyFiles(at)).toEqual([])
    writeFileSync(join(at, 'b.cedar'), 'b')
    writeFileSync(join(at, 'a.cedar'), 'a')
    writeFileSync(join(at, 'notes.txt'), 'no')
    expect(await readPolicyFiles(at)).toEqual([
      { file: 'a.cedar', text: 'a' },
      { file: 'b.cedar', text: 'b' },
    ])
  })

  test('a file that is not UTF-8 is named', async () => {
    const at = folder()
    writeFileSync(join(at, 'a.cedar'), Buffer.from([0xff]))
    await expect(readPolicyFiles(at)).rejects.toThrow('the policy file `a.cedar` is not UTF-8')
  })
})

describe('policies and their places', () => {
  test('semicolons in strings and comments end nothing', () => {
    const source = `// a; b\n@id("x;y")\n${ANY} when { "\\";" == ";" // ;\n};\n\n  forbid(principal, action, resource);`
    expect(splitPolicies(source).map(({ text, start }) => [text.slice(0, 6), start])).toEqual([
      ['@id("x', 8],
      ['forbid', source.indexOf('forbid')],
    ])
  })

  test('rule 7: ids are file and @id, or file and ordinal', () => {
    const { policies } = parsePolicies(files(`${ANY};@id("mine")\n${ANY};`, `${ANY};`))
    expect(policies.map(({ id, line, column }) => [id, line, column])).toEqual([
      ['1.cedar#1', 1, 1],
      ['1.cedar#mine', 1, 37],
      ['2.cedar#1', 1, 1],
    ])
  })

  test('every mistake is a finding with file, line and column', () => {
    const source = `${ANY};\n\n${ANY} when { "ü" == foo };\npermit(principal == ?principal, action, resource);\n@id("1") ${ANY};\n${ANY}`
    const { findings } = parsePolicies(files(source))
    expect(findings.map(({ line, column, text }) => `${line}:${column} ${text}`)).toEqual([
      expect.stringMatching(/^3:51 invalid variable: foo/),
      expect.stringMatching(/^4:21 expected a static policy, got a template/),
      '5:1 the id `1.cedar#1` occurs twice',
      '6:1 the policy does not end with a semicolon',
    ])
  })

  test('positions count lines and characters, not bytes', () => {
    expect(positionAt('a\nüb', 3)).toEqual({ line: 2, column: 2 })
    expect(offsetOfByte('üb', 2)).toBe(1)
    expect([startOf(undefined), wordsOf(undefined)]).toEqual([0, 'the policy is not understood'])
  })

  test('conditions are cut at the outermost &&, and nowhere else', () => {
    const texts = (policy: string) => splitConditions(policy).map(({ parts }) => parts)
    expect(
      texts(
        `@when("x") ${ANY} when { a && (b && c) && "x && y" == [1 && 2] } unless { {a: 1}.a };`,
      ),
    ).toEqual([['a', '(b && c)', '"x && y" == [1 && 2]'], ['{a: 1}.a']])
    expect(texts(`${ANY} when { a && b || c };`)).toEqual([['a && b || c']])
    expect(texts(`${ANY} when { a && if b then c else d && e };`)).toEqual([
      ['a && if b then c else d && e'],
    ])
  })
})

describe('policy-audit §1.1 rule 2: strict validation', async () => {
  const PRICES = tool('market___get_prices', {
    type: 'object',
    properties: { market: { type: 'string' } },
  })
  const known = catalogue([PRICES], {
    market: { state: 'up', reason: undefined, describedAtMs: 1 },
    down: { state: 'down', reason: 'refused', describedAtMs: undefined },
  })
  const action = (...names: readonly string[]) =>
    `permit(principal, action in [${names.map((name) => `AgentCore::Action::"${name}"`).join(', ')}], resource)`
  const load = (...texts: readonly string[]) => loadInto(unloaded(), files(...texts), known)

  test('errors and warnings of the validator both refuse, each at its place', async () => {
    const findings = findingsOf(
      await load(
        `// first\n${action('market___get_prices')}\nwhen { context.input.market == 5 && context.input.nothing };`,
        `${ANY} when { context.input has nothing };`,
        `permit(principal is AgentCore::Robot, action, resource);`,
      ),
    )
    expect(findings).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^1\.cedar:3:37 .*nothing/),
        expect.stringMatching(/^2\.cedar:1:1 policy is impossible/),
        expect.stringMatching(/^3\.cedar:1:21 unrecognized entity type/),
      ]),
    )
  })

  test('a tool that nobody knows is a mistake', async () => {
    expect(
      findingsOf(await load(`${action('market___get_prics')};`, `${action('other___x')};`)),
    ).toEqual([
      '1.cedar:1:1 there is no tool `market___get_prics`',
      '2.cedar:1:1 there is no tool `other___x`',
    ])
    const foreign = 'permit(principal, action == Other::Action::"x", resource);'
    expect(findingsOf(await load(foreign))).toEqual([
      '1.cedar:1:1 there is no tool `Other::Action::"x"`',
    ])
  })

  test('a policy for a target that was never reached sleeps, with a notice; the rest load', async () => {
    const result = await load(
      `${action('down___x')} when { context.input.y == 1 };`,
      `${action('down___x', 'market___get_prices')} when { 9223372036854775807 > 1 };`,
      `${action('CallTool', 'down___x')};`,
    )
    expect(result).toMatchObject({ loaded: true, policies: 3 })
    expect(result.loaded && result.notices.map(({ file, text }) => [file, text])).toEqual(
      ['1.cedar', '2.cedar', '3.cedar'].map((file) => [
        file,
        'the tool `down___x` has no approved definition that can be used',
      ]),
    )
  })

  test('a policy for a tool that waits for approval sleeps too', async () => {
    const waiting = catalogue([PRICES, tool('market___new', {}, { pin: 'pending' })])
    const result = await loadInto(unloaded(), files(`${action('market___new')};`), waiting)
    expect(result.loaded && result.notices).toHaveLength(1)
  })

  test('a mixed policy is still judged for the tools that are there', async () => {
    const mixed = `${action('down___x', 'market___get_prices')}\nwhen { context.input.y == 1 };`
    expect(findingsOf(await load(mixed))).toEqual([
      expect.stringMatching(/^1\.cedar:1:1 .*`input\.y`/),
    ])
  })

  test('with no tool at all general policies sleep, so that a target that is down stops no boot', async () => {
    const empty = catalogue([])
    expect(
      await loadInto(
        unloaded(),
        files(`${ANY};`, `permit(principal, action in AgentCore::Action::"Mcp", resource);`),
        empty,
      ),
    ).toMatchObject({ loaded: true, policies: 2, notices: [] })
  })

  test('a policy on the group itself, which is no tool, is refused', async () => {
    const group = 'permit(principal, action == AgentCore::Action::"CallTool", resource);'
    expect(findingsOf(await load(group))).toEqual([
      expect.stringMatching(/there is no tool `CallTool`/),
    ])
    expect(findingsOf(await load('permit(principal, action in [], resource);'))).not.toEqual([])
  })

  test('a policy that AgentCore would not take for its length is noticed', async () => {
    const long = `${ANY} when { ${'true && '.repeat(1500)}true };`
    const result = await load(long)
    expect(result.loaded && result.notices[0]?.text).toMatch(/longer than AgentCore takes/)
  })

  test('a validator that fails refuses the set', async () => {
    const failing = unloaded({
      ...cedar,
      validate: () => ({
        failed: [{ message: 'broken', help: 'mend it', code: null, url: null, severity: null }],
      }),
    })
    expect(findingsOf(await loadInto(failing, files(`${ANY};`), known))).toEqual([
      '1.cedar:1:1 broken (mend it)',
    ])
  })
})

test('what the engine throws is a failure with words, never an answer', () => {
  expect(cedar.prepareSet('x', { a: 5n as never })).toMatchObject({
    failed: [{ message: expect.stringMatching(/^the engine threw: /) as string }],
  })
  const thrower = new Proxy(
    {},
    {
      ownKeys: () => {
        throw 'a string'
      },
      get: () => {
        throw 'a string'
      },
    },
  )
  expect(cedar.prepareSchema('x', thrower)).toMatchObject({ failed: [{}] })
  expect(cedar.checkSchema({ AgentCore: 5 } as never)).toHaveProperty('failed')
})
