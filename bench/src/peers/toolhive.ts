// ToolHive's virtual MCP server: OIDC tokens, Cedar policies per tool, one target given in its configuration.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { AUDIENCE, contestantAt, found, MINUTE_MS, startBound, type Peer } from './peer.ts'
import { VERSIONS } from './versions.ts'

const GO = ['/usr/local/go/bin/go', '/usr/bin/go']

export const toolhive: Peer = {
  name: 'ToolHive vMCP',
  version: VERSIONS.toolhive,
  manner: 'OIDC tokens, Cedar per tool; a client of the old era',
  steps: (folder) => [
    {
      command: found(GO, 'Go'),
      args: ['install', `github.com/stacklok/toolhive/cmd/vmcp@v${VERSIONS.toolhive}`],
      environment: { GOBIN: join(folder, 'bin') },
    },
  ],
  limitMs: 30 * MINUTE_MS,
  async start(world, folder) {
    const port = await freePort()
    const own = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
    const file = join(own, 'vmcp.json')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(configuration(world.upstream.origin)))
    const args = ['serve', '--config', file, '--host', '127.0.0.1', '--port', String(port)]
    const environment = { HOME: own, GOMAXPROCS: '1' }
    startBound(world, join(folder, 'bin/vmcp'), args, { environment })
    return contestantAt(this, port, { era: 'old', toolPrefix: 'bench_', share: 0.05 })
  },
}

function configuration(origin: string): object {
  return {
    name: 'bench',
    groupRef: 'bench',
    backends: [{ name: 'bench', url: `${origin}/mcp`, transport: 'streamable-http' }],
    incomingAuth: {
      type: 'oidc',
      oidc: {
        issuer: origin,
        clientId: 'bench',
        audience: AUDIENCE,
        resource: AUDIENCE,
        jwksUrl: `${origin}/jwks`,
        scopes: ['mcp'],
        jwksAllowPrivateIp: true,
        protectedResourceAllowPrivateIp: true,
        insecureAllowHttp: true,
      },
      authz: {
        type: 'cedar',
        policies: [
          'permit(principal, action == Action::"call_tool", resource == Tool::"bench_lookup");',
          'permit(principal, action == Action::"list_tools", resource);',
        ],
      },
    },
    outgoingAuth: { source: 'inline', default: { type: 'unauthenticated' } },
    aggregation: {
      conflictResolution: 'prefix',
      conflictResolutionConfig: { prefixFormat: '{workload}_' },
    },
  }
}
