// A gateway as one writes it in an afternoon with SDK v2. It runs from the folder that its packages are installed in.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpExpressApp, requireBearerAuth } from '@modelcontextprotocol/express'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, OAuthError, OAuthErrorCode, Server } from '@modelcontextprotocol/server'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const { BENCH_PORT, BENCH_UPSTREAM: upstream, BENCH_AUDIENCE: audience } = process.env
const keys = createRemoteJWKSet(new URL(`${upstream}/jwks`))
const allowed = new Set(['lookup'])

const client = new Client(
  { name: 'naive', version: '1' },
  { versionNegotiation: { mode: { pin: '2026-07-28' } } },
)
await client.connect(new StreamableHTTPClientTransport(new URL(`${upstream}/mcp`)))

const verifier = {
  async verifyAccessToken(token) {
    const options = { issuer: upstream, audience, algorithms: ['RS256'] }
    const { payload } = await jwtVerify(token, keys, options).catch(() => {
      throw new OAuthError(OAuthErrorCode.InvalidToken, 'the token is not good')
    })
    return { token, clientId: payload.client_id, scopes: [], expiresAt: payload.exp }
  },
}

const handler = createMcpHandler(() => {
  const server = new Server({ name: 'naive', version: '1' }, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', async () => {
    const { tools } = await client.listTools()
    return { tools: tools.filter(({ name }) => allowed.has(name)) }
  })
  server.setRequestHandler('tools/call', async ({ params: { name, arguments: args } }) => {
    if (!allowed.has(name)) throw new Error('forbidden')
    return client.callTool({ name, arguments: args })
  })
  return server
})
const answer = toNodeHandler(handler)
const app = createMcpExpressApp()
app.post('/mcp', requireBearerAuth({ verifier }), (request, response) =>
  answer(request, response, request.body),
)
app.listen(Number(BENCH_PORT), '127.0.0.1')
