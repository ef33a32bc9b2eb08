// The world of the era matrix: the gateway and all targets in processes of their own, on ports that they get back after
// a restart; clients live in the process of the test.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { openRoom, type Room } from '@sallyport/sample/room.ts'
import { startProcessWorld, type ProcessWorld } from '../promises/process-world.ts'
import type { GatewayProcess } from '../promises/start-process.ts'
import { PAGE_URL } from './fixture.ts'
import type { TargetReady, TargetSettings } from './target-process.ts'

export const TARGETS = ['old', 'oldest', 'modern'] as const
export type Target = (typeof TARGETS)[number]

export type MatrixWorld = {
  readonly url: (target: Target) => string
  readonly token: (target: Target) => string
  readonly restartTarget: (target: Target) => Promise<void>
  readonly restartGateway: () => Promise<void>
  readonly stop: () => Promise<void>
}

const ENTRY = new URL('target-process.ts', import.meta.url)
const HIDDEN = TARGETS.map((target) => `AgentCore::Action::"${target}___hidden"`).join(', ')
/** Everything but the tool that is hidden. */
const POLICY = `@id("everything")
permit (principal is AgentCore::OAuthUser, action, resource);

@id("nothing-hidden")
forbid (principal, action in [${HIDDEN}], resource);
`

export async function startMatrixWorld(): Promise<MatrixWorld> {
  const ports = {
    old: await lastingPort(),
    oldest: await lastingPort(),
    modern: await lastingPort(),
  }
  const rooms = new Map<Target, Room<TargetReady>>()
  const open = async (target: Target): Promise<void> => {
    const settings: TargetSettings = { era: target, port: ports[target] }
    rooms.set(target, await openRoom<TargetReady>(ENTRY, settings))
  }
  await Promise.all(TARGETS.map(open))
  const world: ProcessWorld = await startProcessWorld({
    policies: POLICY,
    // More targets: the lines go on the map that stands before them.
    yaml: TARGETS.map((target) => targetLine(target, ports[target])).join('\n'),
  })
  let gateway: GatewayProcess = await world.start()
  return {
    url: (target) => world.resource(target),
    token: (target) => world.token({ resource: world.resource(target) }),
    async restartTarget(target) {
      await rooms.get(target)?.stop()
      await open(target)
    },
    async restartGateway() {
      await gateway.kill()
      gateway = await world.start()
    },
    async stop() {
      await world.stop()
      await Promise.all([...rooms.values()].map((room) => room.stop()))
    },
  }
}

/** Below those that the system gives to connections: nobody gets it while the target is away. */
async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    const server = createServer().listen(port, '127.0.0.1')
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    server.close()
    if (free) return port
  }
}

function targetLine(target: Target, port: number): string {
  const mayAsk = `{ urlHosts: [${new URL(PAGE_URL).host}], sampling: true, roots: true }`
  const facts = '{ echo: { readOnly: true, idempotent: true } }'
  return `  ${target}: { kind: mcp, url: "http://127.0.0.1:${port}/mcp", allowInsecureTarget: true, mayAsk: ${mayAsk}, tools: ${facts} }`
}
