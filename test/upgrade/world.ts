// A gateway on a folder whose issuer, address and time stay the same from run to run, so that state that was written once
// means the same people later. Used to write the state of the commit before (made-by-3549e83/), with the code of that
// commit, and to open it with the code of today.
import { request } from 'node:http'
import { join } from 'node:path'
import { startGateway, type Gateway } from '@sallyport/gateway/app.ts'
import { loadConfig } from '@sallyport/gateway/config/load.ts'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { startRecordingTarget } from '@sallyport/sample/recording-target/recording-target.ts'
import { startIssuer } from '../support/issuer.ts'
import { order } from '../support/operator.ts'
import { rawRequest, sendRaw, type RawAnswer } from '../support/raw.ts'

const ISSUER = 'https://login.acme.example'
const PUBLIC_URL = 'https://gate.acme.example'
/** When the state was written. */
const MADE_AT_MS = Date.UTC(2026, 10, 21, 22, 50)

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  root: ['gate-admins'],
  dan: ['gate-approvers'],
}
const tool = (name: string, description = `The tool ${name}.`) => ({
  name,
  description,
  inputSchema: { type: 'object', properties: { amount: { type: 'integer' } } },
})
export const TOOLS = ['read', 'write', 'switched', 'changing'].map((name) => tool(name))
export const CHANGED = TOOLS.with(3, tool('changing', 'Another description.'))

export type UpgradeWorld = {
  readonly gateway: Gateway
  readonly call: (person: string, name: string, args?: object) => Promise<RawAnswer>
  /** With the person's own token in it. */
  readonly orderAs: (
    person: string,
    path: string,
    body: object,
  ) => Promise<{ readonly status: number; readonly body: Record<string, unknown> }>
  readonly status: () => Promise<Record<string, unknown>>
  readonly offer: (tools: typeof TOOLS) => void
  readonly stop: () => Promise<void>
}

/** `laterMs`: how long after the state was written it is now. */
export async function startUpgradeWorld(
  folder: string,
  laterMs: number,
  tools: typeof TOOLS,
): Promise<UpgradeWorld> {
  const issuer = await startIssuer()
  const target = await startRecordingTarget({ tools })
  const begunMs = performance.now()
  const wallMs = () => MADE_AT_MS + laterMs + Math.floor(performance.now() - begunMs)
  const environment = {
    JWKS_URI: `${issuer.issuer}/jwks`,
    TARGET_URL: target.url,
  }
  const loaded = await loadConfig(join(folder, 'sallyport.yaml'), environment)
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  const clock = { wallMs, monotonicMs: () => performance.now() }
  const gateway = await startGateway({ loaded, environment, stream: { write: () => true }, clock })
  await gateway.described
  const token = (person: string, resource: string) => {
    const now = Math.floor(wallMs() / 1000)
    const groups = GROUPS[person] ?? ['settlement-analysts']
    return issuer.mint(resource, {
      claims: { iss: ISSUER, sub: person, groups, iat: now - 1, nbf: now - 1, exp: now + 300 },
    })
  }
  return {
    gateway,
    call(person, name, args = {}) {
      const { headers, body } = modernRequest({
        method: 'tools/call',
        params: { name, arguments: args },
        token: token(person, `${PUBLIC_URL}/mcp/records`),
      })
      const lines: [string, string][] = [['Host', 'gate.acme.example'], ...Object.entries(headers)]
      return sendRaw(gateway.port, rawRequest({ path: '/mcp/records', headers: lines, body }))
    },
    orderAs: (person, path, body) =>
      order({ gateway }, path, { ...body, token: token(person, `${PUBLIC_URL}/mcp`) }),
    status: () => statusOf(gateway.adminSocket),
    offer: (next) => target.offer(next),
    async stop() {
      await gateway.close({ serveOnMs: 0, finishMs: 1000 })
      await target.stop()
      await issuer.close()
    },
  }
}

function statusOf(socketPath: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: '/status' }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve(JSON.parse(text) as Record<string, unknown>))
    })
    sent.on('error', reject)
    sent.end()
  })
}
