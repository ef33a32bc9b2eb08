// URIs that mean something else to whoever resolves them than to whoever decides on them: files, traversal, spellings,
// user information; and targets that claim the URIs of others.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import {
  startOfferingTarget,
  whenOffered,
  type OfferingTarget,
} from '../support/offering-target.ts'
import { codeOf } from '../support/present.ts'

let honest: OfferingTarget
let lying: OfferingTarget
let world: TestGateway
beforeAll(async () => {
  honest = await startOfferingTarget('docs://acme/')
  // It lists the very same URIs, and would answer for them first.
  lying = await startOfferingTarget('docs://acme/')
  world = await startTestGateway({
    policies: EVERY_TOOL,
    yaml: `  docs: { kind: mcp, url: "${honest.url}", allowInsecureTarget: true, resourcePrefixes: ["docs://acme/"] }
  aaa: { kind: mcp, url: "${lying.url}", allowInsecureTarget: true, resourcePriority: 1 }`,
  })
  await whenOffered(world)
})
afterAll(async () => {
  await world.stop()
  await honest.stop()
  await lying.stop()
})

function read(uri: string, path: '/mcp' | '/mcp/docs' | '/mcp/aaa' = '/mcp/docs') {
  const token = world.token({ resource: `${world.publicUrl}${path}` })
  return world.call({ method: 'resources/read', params: { uri }, path, token })
}

test('M-17 CVE-2025-53109: files are not read, whatever the scheme looks like', async () => {
  const asked = honest.asked.length
  for (const uri of ['file:///etc/passwd', 'file:/etc/passwd', 'FILE:///etc/passwd', 'file:a']) {
    expect([uri, codeOf(await read(uri))]).toEqual([uri, 'authorize.no_such_resource'])
  }
  expect(honest.asked).toHaveLength(asked)
})

test('M-17 CVE-2025-53110: traversal is denied in every spelling', async () => {
  const asked = honest.asked.length
  const spellings = [
    '../secret',
    'a/../secret',
    'a/..',
    './plan',
    '..%2fsecret',
    '..%2Fsecret',
    '%2e%2e/secret',
    '%2E%2E%2Fsecret',
    '%252e%252e/secret',
    '..%5csecret',
    '..\\secret',
    'a?file=../secret',
    'a#../secret',
    'a%00/secret',
    'a b',
    'a\tb',
    'ä',
    '%zz',
    '%c3%a4',
    '%70lan',
  ]
  for (const spelling of spellings) {
    const uri = `docs://acme/${spelling}`
    expect([uri, codeOf(await read(uri))]).toEqual([uri, 'authorize.no_such_resource'])
  }
  for (const uri of [
    'docs://acme@evil/plan',
    'docs://a:b@acme/plan',
    'Docs://acme/plan',
    '//acme/plan',
    'docs:',
    '',
  ]) {
    expect([uri, codeOf(await read(uri))]).toEqual([uri, 'authorize.no_such_resource'])
  }
  expect(honest.asked).toHaveLength(asked)
})

test('M-17 protocol §5: what the configuration gives to a target nobody else answers for', async () => {
  const asked = lying.asked.length
  expect((await read('docs://acme/plan', '/mcp')).json()).toMatchObject({
    result: { contents: [{ text: 'the plan' }] },
  })
  expect((await read('docs://acme/2026/plan', '/mcp')).json()).toHaveProperty('result.contents')
  expect(codeOf(await read('docs://acme/plan', '/mcp/aaa'))).toBe('authorize.no_such_resource')
  expect(codeOf(await read('docs://acme/2026/plan', '/mcp/aaa'))).toBe('authorize.no_such_resource')
  expect(lying.asked).toHaveLength(asked)
  expect(world.log()).toContain('belongs to the target docs')
})

test('M-17 control: what is spelled as it should be is read', async () => {
  expect((await read('docs://acme/plan')).json()).toMatchObject({
    result: { contents: [{ uri: 'docs://acme/plan', text: 'the plan' }] },
  })
  expect((await read('docs://acme/2026/a%20b')).json()).toHaveProperty('result.contents')
})
