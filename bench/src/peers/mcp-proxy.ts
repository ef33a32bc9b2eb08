// mcp-proxy, built for the revision 2026-07-28: tokens by the issuer's keys, and a role by scope that may see and call one
// tool.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { AUDIENCE, contestantAt, found, MINUTE_MS, startBound, type Peer } from './peer.ts'
import { VERSIONS } from './versions.ts'

const CARGO = [join(homedir(), '.cargo/bin/cargo'), '/usr/bin/cargo', '/usr/local/bin/cargo']
const FEATURES = 'protocol-2026-07-28'

export const mcpProxy: Peer = {
  name: 'mcp-proxy',
  version: VERSIONS.mcpProxy,
  manner: 'JWT by the issuer’s keys, a role by scope for the tool',
  steps: (folder) => [
    {
      command: found(CARGO, 'cargo'),
      args: `install mcp-proxy --version ${VERSIONS.mcpProxy} --locked --quiet --features ${FEATURES} --root ${folder}`.split(
        ' ',
      ),
    },
  ],
  limitMs: 45 * MINUTE_MS,
  async start(world, folder) {
    const port = await freePort()
    const file = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'mcp-proxy.toml')
    writeFileSync(file, configuration(port, world.upstream.origin))
    const environment = { RUST_LOG: 'error', TOKIO_WORKER_THREADS: '1' }
    startBound(world, join(folder, 'bin/mcp-proxy'), ['--config', file], { environment })
    return contestantAt(this, port, { toolPrefix: 'bench/', share: 0.5 })
  },
}

const configuration = (port: number, origin: string): string => `[proxy]
name = "bench"
separator = "/"

[proxy.listen]
host = "127.0.0.1"
port = ${port}

[auth]
type = "jwt"
issuer = "${origin}"
audience = "${AUDIENCE}"
jwks_uri = "${origin}/jwks"

[[auth.roles]]
name = "reader"
allow_tools = ["bench/lookup"]

[auth.role_mapping]
claim = "scope"
mapping = { "mcp" = "reader" }

[[backends]]
name = "bench"
transport = "http"
url = "${origin}/mcp"
`
