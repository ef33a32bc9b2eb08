// Mutated configurations and policy sets given to a running gateway (F-21): it lives on, keeps the last good state where one
// does not fit, and nobody ever gets more than before. What must hold is asked with calls, over sockets.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mutated } from '../../gateway/test/config/mutate.ts'
import { DEFAULT_POLICY } from '../support/gateway.ts'
import { createSigningKey } from '../support/issuer.ts'
import { order } from '../support/operator.ts'
import type { Draw } from './mutants.ts'
import { mutatedPolicies } from './mutated-policies.ts'
import { oracleOf } from './policy-oracle.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Progress } from './progress.ts'
import type { GatewayProcess } from './start-process.ts'

/** What must hold while a state is kept is looked at this often. */
const EVERY = 10

/** Settings with many good values, so that not every mutation is a mistake. */
const MORE_SETTINGS = `limits:
  bodyBytes: 1048576
  resultBytes: 10485760
  connections: 1000
  connectionsPerAddress: 256
allowedOrigins:
  - http://127.0.0.1:3000
  - http://127.0.0.1:3001
log:
  level: info
# Mutations of this line change nothing, and of this word neither.
`

export type Tally = {
  done: number
  alive: boolean

  kept: number
  /** Applied, by the order or because the file changed, or the same as what ran. */
  taken: number
  /** Kept without a reason, or an order that failed. */
  silent: number
  /** Calls that nobody may make and that were made, by what they are. */
  readonly wider: string[]
  /** The good configuration did not serve afterwards. */
  lost: number
}

export function reloadMutants(total: number, draw: Draw, { tick }: Progress): Promise<Tally> {
  return inProcessWorld({ yaml: MORE_SETTINGS }, async (world) => {
    const gateway = await world.start()
    const tally: Tally = { done: 0, alive: true, kept: 0, taken: 0, silent: 0, wider: [], lost: 0 }
    void gateway.ended.then(() => (tally.alive = false))
    const config = filed(world.configFile, tooMuch)
    const policies = filed(join(world.folder, 'policies/test.cedar'), tooMuchFor)
    const configurations = mutated(config.good).filter(staysOnThisHost)
    const sets = mutatedPolicies(DEFAULT_POLICY)
    for (let done = 0; done < total; done++) {
      const [file, mutants] = done % 4 === 3 ? [policies, sets] : [config, configurations]
      const text = draw(mutants, done)
      await reload(world, gateway, { file, text, tally })
      tally.done += 1
      if (!tick()) break
    }
    // The world ends the gateway.
    return { ...tally }
  })
}

type Filed = {
  readonly path: string
  readonly good: string
  /** Calls that go through under that text, and may not. */
  readonly tooMuch: (world: ProcessWorld, text: string) => Promise<readonly string[]>
}

function filed(path: string, of: Filed['tooMuch']): Filed {
  return { path, good: readFileSync(path, 'utf8'), tooMuch: of }
}

async function reload(
  world: ProcessWorld,
  gateway: GatewayProcess,
  { file, text, tally }: { file: Filed; text: string; tally: Tally },
): Promise<void> {
  writeFileSync(file.path, text)
  const { status, body } = await order({ gateway }, '/reload')
  const { outcome, notes } = body as { outcome?: string; notes?: readonly string[] }
  const kept = outcome === 'kept'
  if (kept) tally.kept += 1
  else tally.taken += 1
  if (status !== 200 || (kept && notes?.length === 0)) tally.silent += 1
  // What was kept out lies there no longer: a change of the other file would bring it in.
  if (kept) writeFileSync(file.path, file.good)
  if (kept && tally.kept % EVERY !== 0) return
  tally.wider.push(
    ...(await file.tooMuch(world, kept ? file.good : text)).map((what) => `${what} under ${text}`),
  )
  if (!kept) {
    writeFileSync(file.path, file.good)
    await order({ gateway }, '/reload')
  }
  if (!(await serves(world))) tally.lost += 1
}

async function serves(world: ProcessWorld): Promise<boolean> {
  const params = { name: 'echo', arguments: {} }
  const { status, body } = await world.call({ method: 'tools/call', params })
  return status === 200 && !body.includes('"isError":true')
}

const stranger = createSigningKey('test-key-1')

/** Calls that no state of the configuration may allow: the policies stay as they are. */
async function tooMuch(world: ProcessWorld): Promise<readonly string[]> {
  const tokens = {
    'a forbidden tool': undefined,
    'another group': world.token({ claims: { groups: ['traders'] } }),
    'another resource': world.token({ resource: 'https://elsewhere.example/mcp' }),
    'an expired token': world.token({ claims: { iat: 1_000_000, exp: 1_000_600 } }),
    'a forged token': world.token({ key: stranger }),
  }
  const before = world.target.recording.calls().length
  const through: string[] = []
  for (const [what, token] of Object.entries(tokens)) {
    const params = { name: token === undefined ? 'delete_record' : 'echo', arguments: { id: 1 } }
    await world.call({ method: 'tools/call', params, ...(token === undefined ? {} : { token }) })
    if (world.target.recording.calls().length > before + through.length) through.push(what)
  }
  return through
}

/** Whose tokens the world mints. */
const ALICE = {
  uid: { type: 'AgentCore::OAuthUser', id: 'alice' },
  tags: { client_id: 'test-client', tenant: 'acme' },
}

/** What a set that was taken does not allow by the engine alone; while one is kept, what the good one does not. */
async function tooMuchFor(world: ProcessWorld, text: string): Promise<readonly string[]> {
  const oracle = oracleOf(text)
  const through: string[] = []
  for (const group of ['settlement-analysts', 'traders']) {
    for (const tool of ['echo', 'read_record', 'delete_record']) {
      const token = world.token({ claims: { groups: [group] } })
      const before = world.target.recording.calls().length
      const args = { id: 1 }
      await world.call({ method: 'tools/call', params: { name: tool, arguments: args }, token })
      if (world.target.recording.calls().length === before) continue
      const tags = { ...ALICE.tags, issuer: world.issuer.issuer, groups: `|${group}|` }
      const asked = { uid: ALICE.uid, tags, tool: `records___${tool}`, args }
      if (oracle?.(asked) !== true) through.push(`${group} calls ${tool}`)
    }
  }
  return through
}

/** No test asks a host of somebody else: addresses that a mutation made are left out. */
function staysOnThisHost(text: string): boolean {
  const urls = text.match(/[a-z]+:\/\/[^\s"',}]*/gi) ?? []
  return urls.every((url) =>
    /^(127\.0\.0\.1|\[::1\])$/.test(URL.parse(url)?.hostname ?? '127.0.0.1'),
  )
}
