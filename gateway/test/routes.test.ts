import { describe, expect, it } from 'vitest'

import { createRoutes } from '../src/routes.ts'

const routes = createRoutes('https://gate.acme.example', ['market', 'crm'])

describe('createRoutes (RFC 9728 §3, RFC 8707 §2, O-34)', () => {
  it('lists every path that is served, and no other', () => {
    expect([...routes.keys()].sort()).toEqual([
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-protected-resource/mcp',
      '/.well-known/oauth-protected-resource/mcp/',
      '/.well-known/oauth-protected-resource/mcp/crm',
      '/.well-known/oauth-protected-resource/mcp/crm/',
      '/.well-known/oauth-protected-resource/mcp/market',
      '/.well-known/oauth-protected-resource/mcp/market/',
      '/mcp',
      '/mcp/',
      '/mcp/crm',
      '/mcp/crm/',
      '/mcp/market',
      '/mcp/market/',
    ])
  })

  it('each endpoint points to metadata that names the very URL that is used', () => {
    for (const [path, route] of routes) {
      if (route.kind !== 'mcp') continue
      const metadataPath = route.mcp.metadataUrl.replace('https://gate.acme.example', '')
      const resource = `https://gate.acme.example${path}`
      expect(routes.get(metadataPath)).toEqual({ kind: 'metadata', resource })
    }
  })

  it('both forms of an endpoint have one canonical resource, without a trailing slash', () => {
    const mcp = { target: 'market', resource: 'https://gate.acme.example/mcp/market' }
    expect(routes.get('/mcp/market')).toMatchObject({ mcp })
    expect(routes.get('/mcp/market/')).toMatchObject({ mcp })
  })

  it('the root well-known is that of the aggregate endpoint', () => {
    const root = routes.get('/.well-known/oauth-protected-resource')
    expect(root).toEqual({ kind: 'metadata', resource: 'https://gate.acme.example/mcp' })
  })
})
