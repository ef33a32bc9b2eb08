// What one writes in an afternoon on SDK v2 (bench/peers/naive-gateway.js): its Express adapter, its check of tokens with
// `jose` and the issuer's keys, its server handler, and one client that is shared by all calls.
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contestantAt, MINUTE_MS, startOurs, type Peer } from './peer.ts'
import { VERSIONS } from './versions.ts'

const NPM_INSTALL = 'install --no-save --no-audit --no-fund --ignore-scripts --prefix .'.split(' ')
const SOURCE = fileURLToPath(new URL('../../peers/naive-gateway.js', import.meta.url))

export const naive: Peer = {
  name: 'naive gateway on SDK v2',
  version: VERSIONS.sdkServer,
  manner: 'jose with the issuer’s keys, a rule in the handler, one client for all calls',
  steps: () => [
    {
      command: 'npm',
      args: [
        ...NPM_INSTALL,
        `@modelcontextprotocol/server@${VERSIONS.sdkServer}`,
        `@modelcontextprotocol/client@${VERSIONS.sdkClient}`,
        `@modelcontextprotocol/express@${VERSIONS.sdkExpress}`,
        `@modelcontextprotocol/node@${VERSIONS.sdkNode}`,
        `express@${VERSIONS.express}`,
        `jose@${VERSIONS.jose}`,
      ],
    },
  ],
  limitMs: 5 * MINUTE_MS,
  async start(world, folder) {
    // Packages are found from where a file lies.
    const file = join(folder, 'naive-gateway.mjs')
    copyFileSync(SOURCE, file)
    const port = await startOurs(world, process.execPath, [file], folder)
    return contestantAt(this, port, { share: 0.1 })
  },
}
