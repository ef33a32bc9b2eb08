import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { RecordedCall } from '../../src/authorize/recorded-call.ts'
import { FILE, suggest } from '../../src/authorize/suggest.ts'
import { testPolicies } from '../../src/authorize/policy-test.ts'
import { openTrial, type Trial } from '../../src/authorize/trial.ts'
import { readCases } from '../../src/config/policy-cases.ts'
import { rawNumber } from '../../src/json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../src/json/value.ts'
import { catalogue, GATEWAY, ISSUER, tool } from './world.ts'

const INPUT: JsonObject = {
  type: 'object',
  properties: {
    side: { type: 'string', enum: ['buy', 'sell'] },
    amount: { type: 'number' },
    count: { type: 'integer' },
    note: { type: 'string' },
    urgent: { type: 'boolean' },
  },
  required: ['side'],
}
const TOOLS = ['t___trade', 't___read', 'u___trade']
const OFFERED = catalogue(TOOLS.map((name) => tool(name, INPUT)))
const SETTINGS = { gatewayId: GATEWAY, homeIssuer: ISSUER, by: 'groups', severalIssuers: false }

type Principal = NonNullable<RecordedCall['principal']>
function person(subject: string, groups: string, more: Partial<Principal> = {}): Principal {
  return {
    kind: 'person',
    issuer: ISSUER,
    subject,
    clientId: 'ide',
    tenant: 'acme',
    tags: { groups },
    ...more,
  }
}
const PEOPLE: readonly Principal[] = [
  person('ann', '|traders|'),
  person('ben', '|traders|juniors|'),
  person('cy', '|analysts|'),
  person('di"\\*', '|analysts|we*ird|', { tenant: 'other' }),
  person('ed', 'single'),
  person('ann', '|traders|', { kind: 'agent', clientId: 'bot' }),
  { kind: 'client', issuer: ISSUER, clientId: 'batch', tags: {} },
]
let id = 0
function recorded(
  principal: Principal | undefined,
  name: string,
  args: JsonObject,
  answer: 'allow' | 'deny' | 'approval',
  known: RecordedCall['known'] = 'all',
): RecordedCall {
  id += 1
  const rest = { shadow: false, policies: [], count: 1, lastMs: 0 }
  return { principal, tool: name, args, known, answer, requestIds: [`r${id}`], ...rest }
}

let before: Trial['loaded'] | undefined
async function load(text: string, file = FILE): Promise<Trial> {
  const trial = await openTrial([{ file, text }], OFFERED, SETTINGS, before)
  if ('findings' in trial) throw new Error(`${JSON.stringify(trial.findings)}\n${text}`)
  before = trial.loaded
  return trial
}
function allows(trial: Trial, principal: Principal, name: string, args: JsonObject): boolean {
  return trial.answer({ principal, tool: name, args }).judgement?.decision === 'allow'
}

const numbers = fc.constantFrom<JsonValue>(1, 2.5, rawNumber('2.50'), 99, -3)
const someArgs: fc.Arbitrary<JsonObject> = fc.record(
  {
    side: fc.constantFrom('buy', 'sell'),
    amount: numbers,
    count: fc.constantFrom<JsonValue>(0, 7, rawNumber('9007199254740993')),
    note: fc.constantFrom('', 'a"b', 'x\u2028'),
    urgent: fc.boolean(),
  },
  { requiredKeys: ['side'] },
)
const someCalls = fc.array(
  fc.tuple(
    fc.constantFrom(...PEOPLE),
    fc.constantFrom(...TOOLS),
    someArgs,
    fc.constantFrom('all', 'side'),
  ),
  { minLength: 1, maxLength: 14 },
)
const TRADERS =
  'permit(principal is AgentCore::OAuthUser, action, resource) when { principal.hasTag("groups") && principal.getTag("groups") like "*|traders|*" && context.input has amount && context.input.amount.lessThan(decimal("50.0")) };'
const truths = fc.subarray(
  [
    'permit(principal, action == AgentCore::Action::"t___read", resource);',
    TRADERS,
    'permit(principal is AgentCore::OAuthUser, action, resource) when { context.input has count && context.input.count == 9007199254740993 };',
    'permit(principal == AgentCore::OAuthUser::"cy", action, resource) when { context.input has urgent && context.input.urgent };',
    'permit(principal, action == AgentCore::Action::"u___trade", resource) when { context.input has note && context.input.note == "a\\"b" };',
    'forbid(principal, action == AgentCore::Action::"t___trade", resource) when { principal.hasTag("agent") };',
    'permit(principal == AgentCore::OAuthClient::"batch", action, resource) when { context.input.side == AgentCore::t___trade::Input::side::"buy" };',
  ],
  { minLength: 1 },
)

const [ANN] = PEOPLE as [Principal]
/** Each of what is counted below comes up, whatever the seed. */
const ANSWERS: [[Principal, string, JsonObject, string][], string[]][] = [
  [
    [
      [ANN, 't___trade', { side: 'buy', amount: 2.5 }, 'all'],
      [ANN, 't___trade', { side: 'buy', amount: 99 }, 'all'],
    ],
    [TRADERS],
  ],
  [
    [
      [ANN, 't___trade', { side: 'buy', amount: 2.5 }, 'side'],
      [ANN, 't___trade', { side: 'buy', amount: 99 }, 'side'],
    ],
    [TRADERS],
  ],
]

/** A property over nothing but denials, or over calls that are all covered at once, would prove little. */
const seen = { covered: 0, denied: 0, limited: 0, uncovered: 0 }
afterAll(() => {
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(0)
})

describe('policy-audit §1.4: suggest', () => {
  test('covers the traffic, and nothing that was denied', async () => {
    await fc.assert(
      fc.asyncProperty(someCalls, truths, async (chosen, texts) => {
        const truth = await load(
          texts
            .join('\n')
            .replace(
              'principal == AgentCore::OAuthClient::"batch", action, resource',
              'principal == AgentCore::OAuthClient::"batch", action == AgentCore::Action::"t___trade", resource',
            ),
        )
        const calls = chosen.map(([principal, name, args, known]) => {
          const answer = allows(truth, principal, name, args) ? 'allow' : 'deny'
          return {
            full: args,
            principal,
            call:
              known === 'all'
                ? recorded(principal, name, args, answer)
                : recorded(principal, name, { side: args['side'] ?? '' }, answer, [['side']]),
          }
        })
        const made = await suggest(
          calls.map(({ call }) => call),
          OFFERED,
          SETTINGS,
        )
        const proposed = await load(made.policies)
        const uncovered = new Set(made.uncovered.map(({ call }) => call))
        for (const { call, full, principal } of calls) {
          const allowed = allows(proposed, principal, call.tool, full)
          if (call.answer === 'deny') {
            seen.denied += 1
            expect(allowed, `${made.policies}${JSON.stringify(call)}`).toBe(false)
          } else if (uncovered.has(call)) seen.uncovered += 1
          else {
            seen.covered += 1
            expect(allowed, `${made.policies}${JSON.stringify(call)}`).toBe(true)
          }
        }
        if (made.policies.includes('context.input')) seen.limited += 1
        if (calls.every(({ call }) => call.known === 'all')) expect(made.uncovered).toEqual([])
        const cases = readCases([{ file: 'c.test.yaml', text: made.cases }])
        expect(cases.findings).toEqual([])
        const report = await testPolicies(
          [{ file: FILE, text: made.policies }],
          cases.cases,
          OFFERED,
          SETTINGS,
        )
        expect(report).toMatchObject({ failures: [], skipped: [] })
        truth.close()
        proposed.close()
      }),
      { numRuns: 12, examples: ANSWERS },
    )
  }, 60_000)

  test('one role that did all is one permit; people are not named', async () => {
    const [ann, ben] = PEOPLE as [Principal, Principal]
    const calls = [
      recorded(ann, 't___read', { side: 'buy' }, 'allow'),
      recorded(ben, 't___trade', { side: 'sell' }, 'allow'),
      recorded(ann, 't___trade', { side: 'sell' }, 'allow'),
    ]
    const { permits, policies, cases, covered } = await suggest(calls, OFFERED, SETTINGS)
    expect(permits.map(({ name, tools }) => [name, tools])).toEqual([
      ['suggested-traders', ['t___read', 't___trade']],
    ])
    expect(covered).toBe(3)
    expect(policies).toContain('!principal.hasTag("agent")')
    expect(policies).toContain('principal.getTag("tenant") == "acme"')
    expect(policies + cases).not.toMatch(/\bann\b|\bben\b/)
  })

  test('a limit is proposed only where something was denied, and it is the simplest that does', async () => {
    const [ann] = PEOPLE as [Principal]
    const calls = [
      recorded(ann, 't___trade', { side: 'buy', amount: 10, note: 'a' }, 'allow'),
      recorded(ann, 't___trade', { side: 'sell', amount: 40, note: 'b' }, 'allow'),
      recorded(ann, 't___trade', { side: 'buy', amount: 41, note: 'a' }, 'deny'),
    ]
    const { policies } = await suggest(calls, OFFERED, SETTINGS)
    expect(policies).toContain('context.input has amount &&')
    expect(policies).toContain('context.input.amount.lessThanOrEqual(decimal("40.0000"))')
    expect(policies).not.toContain('context.input.note')
  })

  test('what a person let through, and what nobody can be asked about, is not proposed', async () => {
    const [ann] = PEOPLE as [Principal]
    const calls = [
      recorded(ann, 't___trade', { side: 'buy' }, 'approval'),
      recorded(undefined, 't___read', { side: 'buy' }, 'allow'),
      recorded(ann, 'gone___tool', {}, 'allow'),
    ]
    const { permits, uncovered } = await suggest(calls, OFFERED, SETTINGS)
    expect(permits).toEqual([])
    expect(uncovered.map(({ why }) => why)).toEqual([
      'who called is not in the log any more',
      'the tool has no approved definition',
    ])
  })

  test('the same call that was made and denied is said to be left out', async () => {
    const [ann] = PEOPLE as [Principal]
    const call = (answer: 'allow' | 'deny') =>
      recorded(ann, 't___trade', { side: 'buy' }, answer, [['side']])
    const { permits, uncovered } = await suggest([call('allow'), call('deny')], OFFERED, SETTINGS)
    expect(permits).toEqual([])
    expect(uncovered[0]?.why).toContain('nothing that the log holds tells it')
  })
})
