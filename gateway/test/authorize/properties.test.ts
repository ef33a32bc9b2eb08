import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CIRCUMSTANCES, circumstanceValues, UTC } from '../../src/authorize/circumstances.ts'
import { convert, type Converted } from '../../src/authorize/convert.ts'
import { cedar, isEngineFailure } from '../../src/authorize/engine.ts'
import type { Action } from '../../src/authorize/action.ts'
import { buildLoaded, type Loaded } from '../../src/authorize/loaded.ts'
import { ACTION_TYPE, GATEWAY_TYPE, NAMESPACE } from '../../src/authorize/names.ts'
import { textsOf } from '../../src/authorize/policy.ts'
import { principalEntity } from '../../src/authorize/principal-entity.ts'
import { planReads } from '../../src/authorize/read-plan.ts'
import { baseSchema, requestSchema, type CedarSchema } from '../../src/authorize/request-schema.ts'
import { generateToolSchema } from '../../src/authorize/generate-schema.ts'
import { fullSchema } from '../../src/authorize/catalogue-schema.ts'
import { mergeSchema } from '../../src/authorize/tool-schema.ts'
import { decideCall, inCircumstances } from '../../src/authorize/verdict.ts'
import { mayBeAllowed } from '../../src/authorize/reach.ts'
import { rawNumber } from '../../src/json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../src/json/value.ts'
import {
  call,
  catalogue,
  files,
  GATEWAY,
  identityOf,
  isPermitted,
  ISSUER,
  principal,
  tool,
  unloaded,
  inThisThread,
  loadInto,
  listOf,
} from './world.ts'

const NAMES = ['t___a', 't___b', 'u___a']
const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    a: { type: 'string' },
    n: { type: 'integer' },
    d: { type: 'number' },
    o: { type: 'object', properties: { p: { type: 'string' }, q: { type: 'integer' } } },
    s: { type: 'array', items: { type: 'string' } },
    u: { type: ['integer', 'string'] },
    m: { type: 'object', additionalProperties: { type: 'string' } },
  },
}
const HERE = { address: '10.0.0.1', nowMs: Date.parse('2026-11-20T10:00:00Z') }
const AROUND = { engine: cedar, gatewayId: GATEWAY }

const scopes = fc.tuple(
  fc.constantFrom(
    'principal',
    'principal is AgentCore::OAuthUser',
    'principal is AgentCore::OAuthClient',
  ),
  fc.constantFrom(
    'action',
    'action in AgentCore::Action::"Mcp"',
    'action in AgentCore::Action::"CallTool"',
    ...NAMES.map((name) => `action == AgentCore::Action::"${name}"`),
    `action in [AgentCore::Action::"${NAMES[0]}", AgentCore::Action::"${NAMES[2]}"]`,
  ),
)
const conditions = fc.constantFrom(
  'principal.hasTag("g") && principal.getTag("g") == "x"',
  'context.input has a && context.input.a == "x"',
  'context.input has a && principal.hasTag("g") && context.input.a == principal.getTag("g")',
  'context.input has n && context.input.n > 3',
  'context.input has n && context.input.n + 9223372036854775807 > 0',
  'context.input has n && context.input.n == 9007199254740993',
  'context.input has n && 9223372036854775807 + context.input.n > 0',
  'principal.hasTag("g") && 9223372036854775807 + 1 > 0',
  'context.input has d && context.input.d.lessThan(decimal("1.5"))',
  'context.input has o && context.input.o has q && context.input.o.q < 5',
  'context.input has o.p && context.input.o.p like "x*"',
  'context.input has s && context.input.s.contains("x")',
  'context.input has u && context.input.u has typeChoice0',
  'context.input has u && context.input.u has typeChoice1 && context.input.u.typeChoice1 == "x"',
  'context.input has m && context.input.m.hasTag("x")',
  '(if context.input has n then 1 else 9223372036854775807) + 1 > 0',
  'context.network.address.isInRange(ip("10.0.0.0/8"))',
  'context.time.hour < 12 && principal.hasTag("g")',
  'context.time.now < datetime("2026-01-01") || context.input has a',
  'context has time && context.input has a && principal.hasTag("g") // both\n',
  '(context.input has a || principal.hasTag("g")) && principal.getTag("g") == "x"',
  'context.input has a && (principal.hasTag("g") && context.input.a == principal.getTag("g"))',
  'action == AgentCore::Action::"t___a" || context.input has n',
  'principal.getTag("g") == "x"',
)
const clauses = fc.tuple(fc.constantFrom('when', 'unless'), conditions)
const policy = fc
  .tuple(fc.constantFrom('permit', 'permit', 'forbid'), scopes, fc.array(clauses, { maxLength: 2 }))
  .map(
    ([effect, [who, what], parts]) =>
      `${effect}(${who}, ${what}, resource) ${parts.map(([kind, text]) => `${kind} { ${text} }`).join(' ')};`,
  )
/** So many for any tool that the slice is held in two parts. */
const FILLERS = Array.from(
  { length: 33 },
  (_, at) => `permit(principal, action, resource) when { principal.hasTag("filler-${at}") };`,
)
const policies = fc
  .tuple(fc.array(policy, { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([texts, filled]) => (filled ? [...texts, ...FILLERS] : texts))

const words = fc.constantFrom('x', 'xy', 'y', '')
const integers = fc.constantFrom<JsonValue>(
  0,
  4,
  -4,
  5,
  rawNumber('9007199254740993'),
  rawNumber('4.0'),
)
const fitting: fc.Arbitrary<JsonObject> = fc.record(
  {
    a: words,
    n: integers,
    d: fc.constantFrom<JsonValue>(0.5, 2, rawNumber('1.50'), 1.4999),
    o: fc.record({ p: words, q: integers }, { requiredKeys: [] }),
    s: fc.array(words, { maxLength: 3 }),
    u: fc.oneof(words, integers),
    m: fc.dictionary(words, words, { maxKeys: 2 }),
  },
  { requiredKeys: [] },
)
const people = fc
  .tuple(fc.constantFrom('person', 'client', 'agent'), fc.option(words, { nil: undefined }))
  .map(([kind, g]) => principal('p', { kind, tags: g === undefined ? {} : { g } }))

const OFFERED = catalogue(NAMES.map((name) => tool(name, SCHEMA)))
const FULL = 'property/full'
let side = 0
/** How often each answer came up: a property over denials alone would prove nothing. */
const seen = { allow: 0, deny: 0, error: 0, hidden: 0 }
let before: Loaded | undefined

/** Loads, or gives the run up where the validator finds the random set pointless. */
async function load(texts: readonly string[]): Promise<Loaded> {
  side = 1 - side
  const loaded = await buildLoaded(files(...texts), OFFERED, before, `property/${side}`, {
    engine: cedar,
    workshop: inThisThread,
    pause: () => Promise.resolve(),
  })
  fc.pre(!('findings' in loaded))
  if ('findings' in loaded) throw new Error('not loaded')
  const ready = loaded
  if (before === undefined) cedar.prepareSchema(FULL, fullSchema(ready.schema))
  before = ready
  cedar.prepareSet(FULL, textsOf(ready.policies))
  return ready
}

function entityOf(who: ReturnType<typeof principal>) {
  return principalEntity(who, ISSUER)
}

/** Everything at once: all policies, the whole schema, every argument. */
function referenceOf(action: Action, who: ReturnType<typeof principal>, args: JsonObject) {
  const everything = convert(planReads(action.input, [[]]), args) as Converted
  const { uid, entity } = entityOf(who)
  const answer = cedar.decide({
    principal: uid,
    action: { type: ACTION_TYPE, id: action.name },
    resource: { type: GATEWAY_TYPE, id: GATEWAY },
    context: {
      input: everything.input,
      ...circumstanceValues(CIRCUMSTANCES, HERE, UTC),
    },
    preparsedSchemaName: FULL,
    validateRequest: true,
    preparsedPolicySetId: FULL,
    entities: [entity, ...everything.entities],
  })
  if (isEngineFailure(answer)) throw new Error(answer.failed[0]?.message)
  const erring = answer.diagnostics.errors.map(({ policyId }) => policyId)
  return erring.length > 0
    ? { answer: 'error', policies: erring.toSorted() }
    : { answer: answer.decision, policies: answer.diagnostics.reason.toSorted() }
}

function decided(action: Action, who: ReturnType<typeof principal>, args: JsonObject) {
  const converted = convert(action.plan, args) as Converted
  const asked = inCircumstances(action, converted, HERE, AROUND) as Converted
  const verdict = decideCall(action, entityOf(who), AROUND, asked)
  seen[verdict.answer] += 1
  return { answer: verdict.answer, policies: verdict.policies.toSorted() }
}

const RUNS = { numRuns: 80 }

describe('policy-audit §1.1 and §1.3: properties over random policies, people and arguments', () => {
  test('the decision on slice and read set is the decision on everything', async () => {
    await fc.assert(
      fc.asyncProperty(
        policies,
        people,
        fc.array(fitting, { minLength: 1, maxLength: 4 }),
        async (texts, who, calls) => {
          const loaded = await load(texts)
          for (const action of loaded.actions.values()) {
            for (const args of calls) {
              expect(decided(action, who, args)).toEqual(referenceOf(action, who, args))
            }
          }
        },
      ),
      RUNS,
    )
  })

  test('hidden means that every call is denied by the policies themselves (R8, M-10)', async () => {
    await fc.assert(
      fc.asyncProperty(
        policies,
        people,
        fc.array(fitting, { minLength: 1, maxLength: 5 }),
        async (texts, who, calls) => {
          const loaded = await load(texts)
          for (const action of loaded.actions.values()) {
            if (mayBeAllowed(action, entityOf(who), AROUND).answer === 'allow') continue
            seen.hidden += 1
            for (const args of calls) expect(decided(action, who, args).answer).not.toBe('allow')
          }
        },
      ),
      RUNS,
    )
  })

  test('what is not listed is refused, and what is permitted is listed, over random catalogues', async () => {
    const catalogues = fc.subarray(NAMES, { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(catalogues, policies, people, fitting, async (names, texts, who, args) => {
        const authorize = unloaded()
        const entries = names.map((name) => tool(name, SCHEMA))
        fc.pre((await loadInto(authorize, files(...texts), catalogue(entries))).loaded)
        const identity = identityOf(who)
        const listed = listOf(authorize, identity).entries.map(({ qualifiedName }) => qualifiedName)
        for (const name of NAMES) {
          const permitted = isPermitted(call(authorize, identity, name, args))
          expect(listed.includes(name) || !permitted).toBe(true)
          // A second time out of the caches.
          expect(isPermitted(call(authorize, identity, name, args))).toBe(permitted)
        }
      }),
      { numRuns: 15 },
    )
  })

  test('arguments that no policy reads change nothing, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        policies,
        people,
        fitting,
        fc.jsonValue(),
        async (texts, who, args, noise) => {
          const loaded = await load(texts)
          for (const action of loaded.actions.values()) {
            const read = new Set(action.slice.flatMap(({ reads }) => reads.map(([first]) => first)))
            const noisy = Object.fromEntries(
              ['a', 'n', 'd', 'o', 's', 'u', 'm', 'zz']
                .filter((name) => !read.has(name))
                .map((name) => [name, noise as JsonValue]),
            )
            expect(decided(action, who, { ...args, ...noisy })).toEqual(decided(action, who, args))
          }
        },
      ),
      RUNS,
    )
  })

  test('two principals never share a decision, in whatever order they call', async () => {
    await fc.assert(
      fc.asyncProperty(policies, people, people, fitting, async (texts, one, two, args) => {
        const authorize = unloaded()
        const entries = NAMES.map((name) => tool(name, SCHEMA))
        fc.pre((await loadInto(authorize, files(...texts), catalogue(entries))).loaded)
        const alone = unloaded()
        await loadInto(alone, files(...texts), catalogue(entries))
        for (const name of NAMES) {
          call(authorize, identityOf(one), name, args)
          const second = call(authorize, identityOf(two), name, args)
          expect(isPermitted(second)).toBe(isPermitted(call(alone, identityOf(two), name, args)))
        }
      }),
      { numRuns: 15 },
    )
  })
})

test('every answer came up in the properties above', () => {
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(3)
})

const property = fc.constantFrom('p', 'q', 'r')
const { schema: schemas } = fc.letrec<{ schema: JsonObject; object: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<JsonObject>(
      { type: 'string' },
      { type: 'integer' },
      { type: 'number' },
      { type: 'boolean' },
      { type: 'null' },
      {},
      { const: 1 },
      { type: 'string', enum: ['x', 'y'] },
      { type: 'string', format: 'date-time' },
      { type: 'string', format: 'duration' },
      { type: 'string', format: 'ipv4' },
      { type: 'string', format: 'decimal' },
      { type: ['string', 'null'] },
    ),
    tie('object'),
    tie('schema').map((items) => ({ type: 'array', items })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((anyOf) => ({ anyOf })),
    fc
      .array(tie('schema'), { minLength: 1, maxLength: 2 })
      .map((prefixItems) => ({ type: 'array', prefixItems, items: false })),
    tie('schema').map((additionalProperties) => ({ type: 'object', additionalProperties })),
  ),
  object: fc
    .tuple(fc.dictionary(property, tie('schema'), { maxKeys: 3 }), fc.subarray(['p', 'q', 'r']))
    .map(([properties, required]) => ({ type: 'object', properties, required })),
}))
const { value: values } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(
      'x',
      '2024-01-01T00:00:00Z',
      'PT1H',
      '192.0.2.1',
      '1.5',
      1,
      -0,
      1.5,
      1e300,
      rawNumber('9007199254740993'),
      rawNumber('1.00000'),
      true,
      null,
    ),
    fc.dictionary(property, tie('value'), { maxKeys: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}))

describe('policy-audit §1.2: converter and schema agree', () => {
  test('whatever the converter accepts, the generated schema and the request schema accept', () => {
    let accepted = 0
    cedar.prepareSet('property/all', { all: 'permit(principal, action, resource);' })
    fc.assert(
      fc.property(
        fc.dictionary(property, schemas, { maxKeys: 3 }),
        fc.array(fc.dictionary(property, values, { maxKeys: 3 }), { minLength: 3, maxLength: 6 }),
        (properties, calls) => {
          const made = generateToolSchema('t___x', { type: 'object', properties })
          if ('quarantined' in made) throw new Error(made.quarantined)
          const plan = planReads(made.input, [[]])
          cedar.prepareSchema(
            'property/generated',
            mergeSchema(baseSchema(), JSON.parse(made.parts) as CedarSchema),
          )
          cedar.prepareSchema('property/request', requestSchema('t___x', plan))
          for (const args of calls) {
            const converted = convert(plan, args)
            if ('path' in converted) continue
            accepted += 1
            for (const schema of ['property/generated', 'property/request']) {
              expect(
                cedar.decide({
                  principal: { type: `${NAMESPACE}::OAuthUser`, id: 'p' },
                  action: { type: ACTION_TYPE, id: 't___x' },
                  resource: { type: GATEWAY_TYPE, id: 'g' },
                  context: { input: converted.input },
                  preparsedSchemaName: schema,
                  validateRequest: true,
                  preparsedPolicySetId: 'property/all',
                  entities: [...converted.entities],
                }),
              ).toMatchObject({ decision: 'allow', diagnostics: { errors: [] } })
            }
          }
        },
      ),
      { numRuns: 100 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})
