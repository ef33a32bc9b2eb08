import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json/value.ts'
import {
  call,
  catalogue,
  files,
  findingsOf,
  identity,
  isPermitted,
  tool,
  inThisThread,
  loadInto,
} from './world.ts'
import { createAuthorize } from '../../src/authorize/authorize.ts'

// Policies as Amazon Bedrock AgentCore documents them for its gateway: loaded unchanged (policy-audit §1.2).
const ARN = 'arn:aws:bedrock-agentcore:us-west-2:123456789012:gateway/refund-gateway'
const REFUND = tool('RefundTool___process_refund', {
  type: 'object',
  properties: { amount: { type: 'integer' }, orderId: { type: 'string' } },
  required: ['amount', 'orderId'],
})
const COVERAGE = tool('InsuranceAPI___update_coverage', {
  type: 'object',
  properties: {
    policyId: { type: 'string' },
    coverageType: { type: 'string' },
    newLimit: { type: 'integer' },
  },
  required: ['policyId', 'coverageType', 'newLimit'],
})
const CLAIM = tool('InsuranceAPI___file_claim', {
  type: 'object',
  properties: {
    policyId: { type: 'string' },
    claimType: { type: 'string' },
    amount: { type: 'number' },
    description: { type: 'string' },
  },
  required: ['policyId', 'claimType', 'amount'],
})

const RESOURCE = `resource == AgentCore::Gateway::"${ARN}"`
const ACTION = (entry: typeof REFUND) => `AgentCore::Action::"${entry.qualifiedName}"`

async function gateway(...policies: readonly string[]) {
  const authorize = createAuthorize({
    gatewayId: ARN,
    homeIssuer: 'https://login.acme.example',
    workshop: inThisThread,
  })
  const result = await loadInto(authorize, files(...policies), catalogue([REFUND, COVERAGE, CLAIM]))
  expect(findingsOf(result)).toEqual([])
  return (tags: Record<string, string>, entry: typeof REFUND, args: JsonObject) =>
    isPermitted(call(authorize, identity('sub', { tags }), entry.qualifiedName, args))
}

describe('AgentCore: documented shapes load unchanged and decide', () => {
  test('a claim and an amount', async () => {
    const allowed = await gateway(`permit(
  principal is AgentCore::OAuthUser,
  action == ${ACTION(REFUND)},
  ${RESOURCE}
)
when {
  principal.hasTag("username") &&
  principal.getTag("username") == "refund-agent" &&
  context.input.amount < 500
};`)
    expect(allowed({ username: 'refund-agent' }, REFUND, { amount: 499, orderId: '1' })).toBe(true)
    expect(allowed({ username: 'refund-agent' }, REFUND, { amount: 500, orderId: '1' })).toBe(false)
    expect(allowed({ username: 'someone' }, REFUND, { amount: 1, orderId: '1' })).toBe(false)
    expect(allowed({}, REFUND, { amount: 1, orderId: '1' })).toBe(false)
  })

  test('scopes by `like`, several actions, and a forbid with `unless`', async () => {
    const allowed = await gateway(
      `permit(principal is AgentCore::OAuthUser, action in [${ACTION(COVERAGE)}, ${ACTION(CLAIM)}], ${RESOURCE})
when { principal.hasTag("scope") && principal.getTag("scope") like "*insurance:claim*" };`,
      `forbid(principal is AgentCore::OAuthUser, action == ${ACTION(COVERAGE)}, ${RESOURCE})
unless { principal.hasTag("role") && (principal.getTag("role") == "senior-adjuster" || principal.getTag("role") == "manager") };`,
    )
    const args = { policyId: 'p', coverageType: 'liability', newLimit: 5 }
    const claim = { policyId: 'p', claimType: 'collision', amount: 10.5 }
    expect(allowed({ scope: 'openid insurance:claim' }, CLAIM, claim)).toBe(true)
    expect(allowed({ scope: 'openid' }, CLAIM, claim)).toBe(false)
    expect(allowed({ scope: 'insurance:claim', role: 'manager' }, COVERAGE, args)).toBe(true)
    expect(allowed({ scope: 'insurance:claim', role: 'clerk' }, COVERAGE, args)).toBe(false)
  })

  test('values of a parameter, an optional parameter, and decimals', async () => {
    const allowed = await gateway(
      `permit(principal, action == ${ACTION(COVERAGE)}, ${RESOURCE})
when { ["liability", "collision"].contains(context.input.coverageType) };`,
      `permit(principal, action == ${ACTION(CLAIM)}, ${RESOURCE})
when { context.input has description && context.input.amount.lessThanOrEqual(decimal("1000.50")) };`,
      `forbid(principal, action, ${RESOURCE})
when { principal.hasTag("suspended") };`,
    )
    const coverage = { policyId: 'p', coverageType: 'liability', newLimit: 5 }
    const claim = { policyId: 'p', claimType: 'x', amount: 1000.5, description: 'd' }
    expect(allowed({}, COVERAGE, coverage)).toBe(true)
    expect(allowed({}, COVERAGE, { ...coverage, coverageType: 'fire' })).toBe(false)
    expect(allowed({}, CLAIM, claim)).toBe(true)
    expect(allowed({}, CLAIM, { ...claim, amount: 1000.51 })).toBe(false)
    expect(allowed({}, CLAIM, { policyId: 'p', claimType: 'x', amount: 1 })).toBe(false)
    expect(allowed({ suspended: 'true' }, CLAIM, claim)).toBe(false)
  })

  test('permit all and forbid all', async () => {
    const all = await gateway(`permit(principal, action, ${RESOURCE});`)
    expect(all({}, REFUND, {})).toBe(true)
    const none = await gateway(
      `permit(principal, action, ${RESOURCE});`,
      `forbid(principal, action, resource);`,
    )
    expect(none({}, REFUND, {})).toBe(false)
  })
})
