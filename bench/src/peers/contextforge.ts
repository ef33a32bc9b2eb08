// ContextForge: tokens by a key file, and a virtual server that has the one tool. It answers whom its own database knows,
// so the tokens of its part are those of its administrator.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort, listening } from '../free-port.ts'
import type { BenchWorld } from '../world.ts'
import { AUDIENCE, contestantAt, MINUTE_MS, pythonSteps, startBound, type Peer } from './peer.ts'
import { VERSIONS } from './versions.ts'

const ADMIN = 'admin@bench.example'
const STARTS_WITHIN_MS = 3 * MINUTE_MS
const TOOL_WITHIN_MS = MINUTE_MS

export const contextforge: Peer = {
  name: 'ContextForge',
  version: VERSIONS.contextforge,
  manner: 'RS256 by a key file, a virtual server with the one tool, sessions kept',
  steps: (folder) =>
    pythonSteps(folder, '3.12', [`mcp-contextforge-gateway==${VERSIONS.contextforge}`]),
  limitMs: 15 * MINUTE_MS,
  async start(world, folder) {
    const port = await freePort()
    const own = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
    const args = ['mcpgateway.main:app', '--host', '127.0.0.1', '--port', String(port)]
    startBound(world, join(folder, 'bin/mcpgateway'), args, {
      cwd: own,
      environment: settings(world, own),
    })
    await listening(port, STARTS_WITHIN_MS)
    const server = await offerLookup(world, port)
    return contestantAt(this, port, {
      path: `/servers/${server}/mcp`,
      subject: ADMIN,
      era: 'old',
      toolPrefix: 'bench-',
      share: 0.02,
    })
  },
}

function settings({ key, upstream }: BenchWorld, own: string): Readonly<Record<string, string>> {
  const privateFile = join(own, 'private.pem')
  const publicFile = join(own, 'public.pem')
  writeFileSync(privateFile, key.privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  })
  writeFileSync(publicFile, key.publicPem)
  return {
    HOME: own,
    DATABASE_URL: `sqlite:///${own}/mcp.db`,
    JWT_ALGORITHM: 'RS256',
    JWT_PRIVATE_KEY_PATH: privateFile,
    JWT_PUBLIC_KEY_PATH: publicFile,
    JWT_ISSUER: upstream.origin,
    JWT_AUDIENCE: AUDIENCE,
    JWT_SECRET_KEY: 'unused-with-rs256-but-wanted-all-the-same-0',
    AUTH_ENCRYPTION_SECRET: 'of-this-benchmark-alone-and-of-no-worth-00',
    PLATFORM_ADMIN_EMAIL: ADMIN,
    PLATFORM_ADMIN_PASSWORD: 'Of-this-benchmark-alone-1',
    DEFAULT_USER_PASSWORD: 'Of-this-benchmark-alone-1',
    BASIC_AUTH_PASSWORD: 'Of-this-benchmark-alone-1',
    REQUIRE_STRONG_SECRETS: 'false',
    SSRF_ALLOW_LOCALHOST: 'true',
    SSRF_ALLOW_PRIVATE_NETWORKS: 'true',
    MCPGATEWAY_UI_ENABLED: 'false',
    PLUGINS_ENABLED: 'false',
    RATE_LIMITING_ENABLED: 'false',
    TOOL_RATE_LIMIT: '1000000',
    CACHE_TYPE: 'memory',
    USE_STATEFUL_SESSIONS: 'true',
    LOG_LEVEL: 'ERROR',
  }
}

/** Registers the target and makes the virtual server; resolves with its id. */
async function offerLookup(world: BenchWorld, port: number): Promise<string> {
  const [token = ''] = world.tokens(AUDIENCE, 1, ADMIN)
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${text.slice(0, 300)}`)
    return JSON.parse(text)
  }
  const url = `${world.upstream.origin}/mcp`
  await ask('/gateways', { name: 'bench', url, transport: 'STREAMABLEHTTP' })
  for (const until = performance.now() + TOOL_WITHIN_MS; performance.now() < until;) {
    const tools = (await ask('/tools')) as readonly { readonly id: string; readonly name: string }[]
    const lookup = tools.find(({ name }) => name === 'bench-lookup')
    if (lookup !== undefined) {
      const server = { name: 'bench', associated_tools: [lookup.id] }
      return ((await ask('/servers', { server })) as { readonly id: string }).id
    }
    await wait(500)
  }
  throw new Error('the target’s tool does not appear')
}
