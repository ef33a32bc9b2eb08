// Policies as Amazon Bedrock AgentCore documents them load unchanged and decide as documented (policy-audit §1.2): its
// scenarios, and the borders that its explanations name. Single shapes are in gateway/test/authorize/agentcore.test.ts.
import { readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createAuthorize, type Authorize } from '@sallyport/gateway/authorize/authorize.ts'
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import {
  call,
  catalogue,
  findingsOf,
  identity,
  inThisThread,
  isPermitted,
  loadInto,
  tool,
} from '../../gateway/test/authorize/world.ts'
import { startTestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

const ARN = 'arn:aws:bedrock-agentcore:us-west-2:123456789012:gateway/insurance'
const string = { type: 'string' }
const number = { type: 'number' }
const tools = {
  get_policy: { properties: { policyId: string }, required: ['policyId'] },
  get_claim_status: { properties: { claimId: string }, required: ['claimId'] },
  file_claim: {
    properties: { policyId: string, claimType: string, amount: number, description: string },
    required: ['policyId', 'claimType', 'amount'],
  },
  update_coverage: {
    properties: { policyId: string, coverageType: string, newLimit: number },
    required: ['policyId', 'coverageType', 'newLimit'],
  },
  calculate_premium: {
    properties: { coverageType: string, coverageAmount: number, riskFactors: { type: 'object' } },
    required: ['coverageType', 'coverageAmount'],
  },
} as const
type Tool = keyof typeof tools

const file = (name: string) => ({
  file: name,
  text: readFileSync(new URL(name, import.meta.url), 'utf8'),
})

const entries = Object.entries(tools).map(([name, schema]) =>
  tool(`InsuranceAPI___${name}`, { type: 'object', ...schema }),
)
const settings = {
  gatewayId: ARN,
  homeIssuer: 'https://login.acme.example',
  workshop: inThisThread,
}

let authorize: Authorize
beforeAll(async () => {
  authorize = createAuthorize(settings)
  const loaded = await loadInto(authorize, [file('insurance.cedar')], catalogue(entries))
  expect(findingsOf(loaded)).toEqual([])
})

function allowed(tags: Record<string, string>, name: Tool, args: JsonObject): boolean {
  return isPermitted(call(authorize, identity('sub', { tags }), `InsuranceAPI___${name}`, args))
}

const CLAIM = { policyId: 'p1', claimType: 'health', amount: 120.5 }
const COVERAGE = { policyId: 'p1', coverageType: 'liability', newLimit: 50_000 }
const DESCRIBED = { ...CLAIM, description: 'Medical expenses' }
const agent = (role: string) => ({ username: 'insurance-agent', role })
type Case = readonly [string, Record<string, string>, Tool, JsonObject, 'ALLOW' | 'DENY']

describe('AgentCore, the documented scenarios', () => {
  const SCENARIOS: readonly Case[] = [
    ['1: a regular user views a policy', { username: 'john', scope: 'insurance:view' }, 'get_policy', { policyId: 'p1' }, 'ALLOW'],
    ['2: a claim with a description', { username: 'jane', scope: 'insurance:claim' }, 'file_claim', DESCRIBED, 'ALLOW'],
    ['3: a claim without a description', { username: 'jane', scope: 'insurance:claim' }, 'file_claim', CLAIM, 'DENY'],
    ['4: a senior adjuster updates coverage', agent('senior-adjuster'), 'update_coverage', COVERAGE, 'ALLOW'],
    ['5: an agent without that role', agent('agent'), 'update_coverage', COVERAGE, 'DENY'],
    ['6: a premium for a car', { username: 'anyone', scope: 'any' }, 'calculate_premium', { coverageType: 'auto-liability', coverageAmount: 1 }, 'ALLOW'],
  ] // prettier-ignore

  test.each(SCENARIOS)('%s', (_what, tags, name, args, expected) => {
    expect(allowed(tags, name, args)).toBe(expected === 'ALLOW')
  })
})

describe('AgentCore, what its explanations say', () => {
  const BORDERS: readonly Case[] = [
    ['scopes match in the middle', { scope: 'admin insurance:claim' }, 'file_claim', { ...DESCRIBED, claimType: 'flood' }, 'ALLOW'],
    ['no scope, and a type that is not listed: default deny', {}, 'file_claim', { ...DESCRIBED, claimType: 'flood' }, 'DENY'],
    ['no scope, and a type that is listed', {}, 'file_claim', { ...DESCRIBED, claimType: 'property' }, 'ALLOW'],
    ['the person by name still needs a role', { username: 'Clare' }, 'update_coverage', { ...COVERAGE, coverageType: 'fire' }, 'DENY'],
    ['the person by name with a role', { username: 'Clare', role: 'manager' }, 'update_coverage', { ...COVERAGE, coverageType: 'fire' }, 'ALLOW'],
    ['names are compared exactly', { username: 'clare', role: 'manager' }, 'update_coverage', { ...COVERAGE, coverageType: 'fire' }, 'DENY'],
    ['a pattern matches at the end', {}, 'calculate_premium', { coverageType: 'comprehensive-auto', coverageAmount: 1 }, 'ALLOW'],
    ['and nothing else', {}, 'calculate_premium', { coverageType: 'house', coverageAmount: 1 }, 'DENY'],
    ['an argument that no policy reads is not looked at', {}, 'calculate_premium', { coverageType: 'auto', coverageAmount: 1, riskFactors: { age: 20 } }, 'ALLOW'],
  ] // prettier-ignore

  test.each(BORDERS)('%s', (_what, tags, name, args, expected) => {
    expect(allowed(tags, name, args)).toBe(expected === 'ALLOW')
  })
})

test('policies for gateways whose callers sign with AWS credentials are refused, each with its place', async () => {
  const loaded = await loadInto(createAuthorize(settings), [file('iam.cedar')], catalogue(entries))
  const found = findingsOf(loaded).filter((text) => text.includes('AgentCore::IamEntity'))
  expect(found.map((text) => text.split(':')[0])).toEqual(['iam.cedar', 'iam.cedar', 'iam.cedar'])
})

test('`policies.gatewayId` lets the gateway stand for the one that the policies name', async () => {
  const world = await startTestGateway({
    policies: file('insurance.cedar').text.replaceAll('InsuranceAPI___', 'records___'),
    target: {
      tools: Object.entries(tools).map(([name, schema]) => ({
        name,
        inputSchema: { type: 'object', ...schema },
      })),
    },
  })
  onTestFinished(() => world.stop())
  const calling = async (name: Tool, args: JsonObject) =>
    codeOf(await world.call({ method: 'tools/call', params: { name, arguments: args } }))
  expect(await calling('get_policy', { policyId: 'p1' })).toBe('authorize.no_such_tool')
  const text = readFileSync(world.configFile, 'utf8')
  const folder = 'folder: ./policies'
  writeFileSync(world.configFile, text.replace(folder, `${folder}, gatewayId: "${ARN}"`))
  expect(await world.gateway.reload()).toMatchObject({ outcome: 'applied' })
  expect(await calling('get_policy', { policyId: 'p1' })).toBeUndefined()
  expect(await calling('file_claim', CLAIM)).toBe('authorize.denied')
})
