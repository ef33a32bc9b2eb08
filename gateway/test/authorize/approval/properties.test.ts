// An approval never overrides a denial, and a grant is one more permit: over random policies, of which some ask for
// approval, some forbid, some err. What each answer should be is said by other policy sets, decided without either.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { needsApproval } from '../../../src/authorize/approval/needs-approval.ts'
import { createAuthorize, type Authorize } from '../../../src/authorize/authorize.ts'
import type { Identity } from '../../../src/identify/identity.ts'
import type { JsonObject } from '../../../src/json/value.ts'
import {
  call,
  catalogue,
  files,
  GATEWAY,
  identity,
  inThisThread,
  isPermitted,
  ISSUER,
  loadInto,
  tool,
  listOf,
} from '../world.ts'
import { DAN, NAME, referenceOf, startApprovals } from './world.ts'

const SCHEMA: JsonObject = {
  type: 'object',
  properties: { amount: { type: 'integer' }, payee: { type: 'string' } },
}
const TOOLS = catalogue([tool(NAME, SCHEMA)])

const ASKS = '@approval("approver") '
/** Of Carol without the tag. */
const NEVER = 'when { principal.hasTag("g") && principal.getTag("g") == "x" }'
const conditions = fc.constantFrom(
  '',
  'when { context.input has amount && context.input.amount > 10 }',
  'unless { context.input has amount && context.input.amount > 10 }',
  'when { context.input has payee && context.input.payee == "x" }',
  NEVER,
  // Errs for some arguments: the sum is out of range.
  'when { context.input has amount && context.input.amount + 9223372036854775807 > 0 }',
)
const policies = fc.array(
  fc
    .tuple(
      fc.constantFrom('permit', 'permit', '@approval("approver") permit', 'forbid'),
      fc.constantFrom('action', `action == AgentCore::Action::"${NAME}"`),
      conditions,
    )
    .map(([effect, action, when]) => `${effect}(principal, ${action}, resource) ${when};`),
  { minLength: 1, maxLength: 5 },
)
const asking = policies.map((texts) =>
  texts.map((text) => (text.startsWith('permit') ? `${ASKS}${text}` : text)),
)
const calls = fc.record<JsonObject>(
  { amount: fc.constantFrom(0, 5, 50), payee: fc.constantFrom('x', 'y') },
  { requiredKeys: [] },
)
const people = fc
  .constantFrom(undefined, 'x')
  .map((g) => identity('carol', { tags: g === undefined ? {} : { g } }))

const EVERYTHING = 'permit(principal, action, resource);'
/** So few that the whole takes a second or two. The seed is new each time, and printed where it fails. */
const RUNS = { numRuns: 30 }
const seen = { plain: 0, waits: 0, denied: 0, granted: 0, used: 0, asked: 0, byOthers: 0 }

/** Loaded again for each run: making one anew would generate its schemas anew. */
function decider(granted = false): (texts: readonly string[]) => Promise<Authorize> {
  const access = { granted: () => 'a-grant', version: () => 'a-grant' }
  const settings = { gatewayId: GATEWAY, homeIssuer: ISSUER, workshop: inThisThread }
  const authorize = createAuthorize(granted ? { ...settings, access } : settings)
  return async (texts) => {
    // The validator finds some random sets pointless: those are given up.
    fc.pre((await loadInto(authorize, files(texts.join('\n')), TOOLS)).loaded)
    return authorize
  }
}

const [deciding, later, oracle, granting] = [decider(), decider(), decider(), decider(true)]

async function allows(texts: readonly string[], who: Identity, args: JsonObject): Promise<boolean> {
  return isPermitted(call(await oracle(texts), who, NAME, args))
}

const PERMIT = 'permit(principal, action, resource) ;'
const FORBID = 'forbid(principal, action, resource) ;'
const CAROL = identity('carol', { tags: {} })
/** Every answer comes up, whatever the seed. */
const ANSWERS: [string[], string[], JsonObject, Identity, number][] = [
  [[PERMIT], [FORBID], {}, CAROL, 1],
  [[FORBID], [PERMIT], {}, CAROL, 1],
  [[`${ASKS}${PERMIT}`], [FORBID], {}, CAROL, 1],
  [[`${ASKS}${PERMIT}`], [PERMIT, FORBID], {}, CAROL, 2],
  [[`${ASKS}${PERMIT}`], [PERMIT], {}, CAROL, 2],
  [
    [`${ASKS}${PERMIT}`],
    [`${ASKS}${PERMIT}`, PERMIT.replace('permit', 'forbid').replace(';', `${NEVER};`)],
    {},
    CAROL,
    2,
  ],
  [[`${ASKS}${PERMIT}`], [FORBID], {}, CAROL, 3],
]

test('policy-audit §1.5: an approval never overrides a denial, under the same policies and under others', async () => {
  const property = fc.asyncProperty(
    fc.oneof(policies, asking),
    policies,
    calls,
    people,
    // At which look after the approval was taken the other policies are in force: at both, at the last one, at none.
    fc.constantFrom(1, 2, 3),
    async (one, other, args, who, from) => {
      const world = await startApprovals({ authorize: await deciding(one) })
      const allowed = await allows(bare(one), who, args)
      const plainly = allowed && (await allows(plain(one), who, args))
      const decided = call(world.authorize, who, NAME, args)
      // Allowed at once where a policy that does not ask permits; waiting where only asking ones do; else denied.
      expect(isPermitted(decided)).toBe(plainly)
      expect(needsApproval(decided)).toBe(allowed && !plainly)
      seen[plainly ? 'plain' : allowed ? 'waits' : 'denied'] += 1
      if (!needsApproval(decided)) return

      const reference = referenceOf(await world.pay(args, who))
      await world.desk.decide(reference, 'given', DAN, 'checked')
      const changed = await later(other)
      let look = 0
      const again = () => call(++look >= from ? changed : world.authorize, who, NAME, args)
      const repeated = await world.pay(args, who, again)
      expect(look).toBe(2)
      const isOther = from < 3 && one.join() !== other.join()
      // What is in force at the last look decides; the approval is for the set that it was asked under.
      const byOther =
        (await allows(bare(other), who, args)) && (await allows(plain(other), who, args))
      expect(isPermitted(repeated)).toBe(isOther ? byOther : true)
      seen[
        !isOther
          ? 'used'
          : isPermitted(repeated) || referenceOf(repeated) === 'none'
            ? 'byOthers'
            : 'asked'
      ] += 1
      // Taken is taken: whatever came of it, it is for no second call.
      expect(isPermitted(await world.pay(args, who))).toBe(false)
    },
  )
  await fc.assert(property, { ...RUNS, examples: ANSWERS })
  for (const what of ['plain', 'waits', 'denied', 'used', 'asked', 'byOthers'] as const) {
    expect(seen[what], what).toBeGreaterThan(0)
  }
})

function bare(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.replace(ASKS, ''))
}

/** Those that ask for nobody. A forbid stands in both. */
function plain(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => !text.startsWith(ASKS))
}

test('issue 4: a grant is one more permit, no more and no less, and what is not listed is refused', async () => {
  const property = fc.asyncProperty(policies, calls, people, async (texts, args, who) => {
    const granted = await granting(texts)
    const answer = call(granted, who, NAME, args)
    // Whether some permit asks for approval is the other test's: one that asks permits, and so no grant is needed.
    fc.pre(!needsApproval(answer))
    expect(isPermitted(answer)).toBe(await allows([...texts, EVERYTHING], who, args))
    const listed = listOf(granted, who).entries.some(({ qualifiedName }) => qualifiedName === NAME)
    if (!listed) expect(isPermitted(answer)).toBe(false)
    if (isPermitted(answer) && !(await allows(texts, who, args))) seen.granted += 1
  })
  const denied: [string[], JsonObject, Identity] = [[PERMIT.replace(';', `${NEVER};`)], {}, CAROL]
  await fc.assert(property, { numRuns: 60, examples: [denied] })
  expect(seen.granted).toBeGreaterThan(0)
})
