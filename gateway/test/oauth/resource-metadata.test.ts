import { expect, test } from 'vitest'
import { fetchResourceMetadata } from '../../src/oauth/resource-metadata.ts'
import { cannedNetwork, failureOf, ISSUER, json, RESOURCE } from './answers.ts'

const url = new URL(RESOURCE)
const PATH_FORM = 'https://gate.acme.example/.well-known/oauth-protected-resource/mcp'
const ROOT = 'https://gate.acme.example/.well-known/oauth-protected-resource'
const document = { resource: RESOURCE, authorization_servers: [ISSUER], scopes_supported: ['a'] }

test('RFC 9728 §5.1: the URL of the challenge is the only place that is asked', async () => {
  const { network, sent } = cannedNetwork({ 'https://gate.acme.example/prm': json(document) })
  const metadata = await fetchResourceMetadata(url, 'https://gate.acme.example/prm', network)
  expect(metadata).toEqual({
    resource: RESOURCE,
    authorizationServers: [ISSUER],
    scopesSupported: ['a'],
  })
  expect(sent.map((request) => request.url)).toEqual(['https://gate.acme.example/prm'])
})

test('RFC 9728 §3.1: without a challenge the path form comes before the root', async () => {
  const { network, sent } = cannedNetwork({ [ROOT]: json(document) })
  await fetchResourceMetadata(url, undefined, network)
  expect(sent.map((request) => request.url)).toEqual([PATH_FORM, ROOT])
})

test('RFC 9728 §3.1: a resource without a path has one place', async () => {
  const origin = 'https://gate.acme.example'
  const { network, sent } = cannedNetwork({ [ROOT]: json({ ...document, resource: origin }) })
  const metadata = await fetchResourceMetadata(new URL(origin), undefined, network)
  expect(metadata.resource).toBe(origin)
  expect(sent).toHaveLength(1)
})

test('RFC 9728 §3.3: metadata for another resource is refused', async () => {
  const other = { ...document, resource: 'https://evil.example/mcp' }
  const { network } = cannedNetwork({ [PATH_FORM]: json(other), [ROOT]: json(document) })
  const failure = await failureOf(fetchResourceMetadata(url, undefined, network))
  expect(failure).toMatchObject({ step: 'resource_metadata', reason: 'mismatch' })
})

test.each([
  'https://gate.acme.example/mcp/',
  'https://gate.acme.example/mcp/a',
  'https://gate.acme.example/',
])(
  'RFC 9728 §3.3: `%s` in the document of the challenge is not the URL that we connect to',
  async (resource) => {
    const { network } = cannedNetwork({ [PATH_FORM]: json({ ...document, resource }) })
    const failure = await failureOf(fetchResourceMetadata(url, PATH_FORM, network))
    expect(failure).toMatchObject({ reason: 'mismatch' })
  },
)

test('RFC 9728 §3.3: the root document may be that of the origin', async () => {
  const origin = 'https://gate.acme.example'
  const { network } = cannedNetwork({ [ROOT]: json({ ...document, resource: origin }) })
  expect((await fetchResourceMetadata(url, undefined, network)).resource).toBe(origin)
})

test.each<[unknown, string]>([
  [{ authorization_servers: [ISSUER] }, 'no resource'],
  [{ resource: 'mcp', authorization_servers: [ISSUER] }, 'a resource that is no URL'],
  [{ resource: RESOURCE }, 'no authorization servers'],
  [{ resource: RESOURCE, authorization_servers: [] }, 'an empty list of them'],
  [{ resource: RESOURCE, authorization_servers: [1] }, 'numbers in it'],
  [[], 'no object'],
  [null, 'null'],
])('RFC 9728 §2: %j is refused (%s)', async (body) => {
  const { network } = cannedNetwork({ [PATH_FORM]: json(body) })
  const failure = await failureOf(fetchResourceMetadata(url, PATH_FORM, network))
  expect(failure).toMatchObject({ reason: 'not_conform' })
})

test('RFC 9728 §3.2: a page for people at the path form says nothing about the root', async () => {
  const html = () => new Response('<html>', { headers: { 'content-type': 'text/html' } })
  const { network } = cannedNetwork({ [PATH_FORM]: html, [ROOT]: json(document) })
  expect((await fetchResourceMetadata(url, undefined, network)).resource).toBe(RESOURCE)
  const alone = cannedNetwork({ [PATH_FORM]: html, [ROOT]: html })
  const failure = await failureOf(fetchResourceMetadata(url, undefined, alone.network))
  expect(failure).toMatchObject({ reason: 'not_conform' })
})

test.each([
  [() => new Response('{', { headers: { 'content-type': 'application/json' } }), 'broken JSON'],
  [() => new Response('{}'), 'no content type'],
  [() => new Response(null), 'no content type at all'],
  [() => new Response(null, { status: 302, headers: { location: '/x' } }), 'a redirect'],
])('RFC 9728 §3.2: %# is no document (%s)', async (answer) => {
  const { network } = cannedNetwork({ [PATH_FORM]: answer })
  const failure = await failureOf(fetchResourceMetadata(url, PATH_FORM, network))
  expect(failure).toMatchObject({ reason: 'not_conform' })
})

test('nothing anywhere is named as such, with the places', async () => {
  const { network } = cannedNetwork({})
  const failure = await failureOf(fetchResourceMetadata(url, undefined, network))
  expect(failure).toMatchObject({
    reason: 'not_found',
    message: expect.stringContaining(PATH_FORM),
  })
})

test('a server that cannot answer now is not one without metadata', async () => {
  const { network } = cannedNetwork({ [PATH_FORM]: json({}, 503) })
  const failure = await failureOf(fetchResourceMetadata(url, undefined, network))
  expect(failure).toMatchObject({ reason: 'unavailable' })
})

test.each([
  'javascript:alert(1)',
  'file:///etc/passwd',
  'http://gate.acme.example/prm',
  'https://u:p@h/',
])('O-03: `%s` as resource_metadata is not fetched', async (challenged) => {
  const { network, sent } = cannedNetwork({})
  const failure = await failureOf(fetchResourceMetadata(url, challenged, network))
  expect(failure).toMatchObject({ reason: 'unacceptable_url' })
  expect(sent).toEqual([])
})

test('O-03: resource_metadata that is no URL is refused', async () => {
  const { network } = cannedNetwork({})
  const failure = await failureOf(fetchResourceMetadata(url, '/relative', network))
  expect(failure).toMatchObject({ reason: 'not_conform' })
})

test('RFC 9728 §3.1: metadata is asked for as JSON, and no redirect is followed', async () => {
  const requests: unknown[] = []
  await fetchResourceMetadata(url, PATH_FORM, {
    allowLoopbackHttp: false,
    fetch: async (_, request) => {
      requests.push(request)
      return Response.json(document)
    },
  })
  expect(requests).toEqual([
    { method: 'GET', headers: { accept: 'application/json' }, redirect: 'manual' },
  ])
})

test.each([
  'application/json; charset=utf-8',
  'application/json ;charset=utf-8',
  'Application/JSON',
])('RFC 9110 §8.3.1: `%s` is JSON', async (type) => {
  const answer = () => new Response(JSON.stringify(document), { headers: { 'content-type': type } })
  const { network } = cannedNetwork({ [PATH_FORM]: answer })
  expect((await fetchResourceMetadata(url, PATH_FORM, network)).resource).toBe(RESOURCE)
})
