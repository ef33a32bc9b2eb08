// FastMCP as a proxy (bench/peers/fastmcp.py): its verifier of tokens with the issuer's keys, a middleware for the rule,
// its client connected before the proxy is made, uvicorn with uvloop.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contestantAt, MINUTE_MS, pythonSteps, startOurs, type Peer } from './peer.ts'
import { VERSIONS } from './versions.ts'

const SOURCE = fileURLToPath(new URL('../../peers/fastmcp_gateway.py', import.meta.url))
const { fastmcp: version, uvloop } = VERSIONS

export const fastmcp: Peer = {
  name: 'FastMCP',
  version,
  manner: 'JWTVerifier, a middleware for the rule, one client for all calls',
  steps: (folder) => pythonSteps(folder, '3.13', [`fastmcp==${version}`, `uvloop==${uvloop}`]),
  limitMs: 10 * MINUTE_MS,
  async start(world, folder) {
    const port = await startOurs(world, join(folder, 'bin/python'), [SOURCE])
    return contestantAt(this, port, { share: 0.05 })
  },
}
