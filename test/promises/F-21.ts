// F-21: a reload with a bad configuration. A running gateway is told to reload mutated configurations, one after the
// other: it lives on, keeps the last good state where one does not fit, and nobody ever gets more than before.
import { readFileSync, writeFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { mutated } from '../../gateway/test/config/mutate.ts'
import { createSigningKey } from '../support/issuer.ts'
import { order } from '../support/operator.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { PromiseScript } from './promise.ts'
import type { GatewayProcess } from './start-process.ts'

/** What must hold while a state is kept is looked at this often. */
const EVERY = 10
const BATCH = 20

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

type Tally = {
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

export const promise: PromiseScript = {
  id: 'F-21',
  title: 'a reload with a bad configuration',
  run: ({ short }) =>
    inProcessWorld({ yaml: MORE_SETTINGS }, async (world) => {
      const gateway = await world.start()
      let alive = true
      void gateway.ended.then(() => (alive = false))
      const good = readFileSync(world.configFile, 'utf8')
      const tally: Tally = { kept: 0, taken: 0, silent: 0, wider: [], lost: 0 }
      const total = short ? 60 : 10_000
      const configurations = mutated(good).filter(staysOnThisHost)
      for (let done = 0; done < total; done += BATCH) {
        for (const text of fc.sample(configurations, BATCH)) {
          await reload(world, gateway, { text, good, tally })
        }
      }
      const { kept, taken, silent, wider, lost } = tally
      return [
        {
          what: `${total} mutated configurations`,
          seen: `${alive ? 'alive' : 'ended'}: ${kept} kept, ${taken} taken; ${silent} without a reason`,
          promised: 'no crash, kept with the reason',
          kept: alive && silent === 0 && kept > 0 && taken > 0,
        },
        {
          what: 'calls that nobody may make',
          seen: `${wider.length} got through${wider.length === 0 ? '' : `: ${wider[0]}`}`,
          promised: '0: never wider',
          kept: wider.length === 0,
        },
        {
          what: 'the good configuration meanwhile and again',
          seen: `${lost} times not served`,
          promised: 'served',
          kept: lost === 0,
        },
      ]
    }),
}

async function reload(
  world: ProcessWorld,
  gateway: GatewayProcess,
  { text, good, tally }: { text: string; good: string; tally: Tally },
): Promise<void> {
  writeFileSync(world.configFile, text)
  const { status, body } = await order({ gateway }, '/reload')
  const { outcome, notes } = body as { outcome?: string; notes?: readonly string[] }
  const kept = outcome === 'kept'
  if (kept) tally.kept += 1
  else tally.taken += 1
  if (status !== 200 || (kept && notes?.length === 0)) tally.silent += 1
  if (kept && tally.kept % EVERY !== 0) return
  tally.wider.push(...(await tooMuch(world)).map((what) => `${what} under ${text}`))
  if (!kept) {
    writeFileSync(world.configFile, good)
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

/** No test asks a host of somebody else: addresses that a mutation made are left out. */
function staysOnThisHost(text: string): boolean {
  const urls = text.match(/[a-z]+:\/\/[^\s"',}]*/gi) ?? []
  return urls.every((url) =>
    /^(127\.0\.0\.1|\[::1\])$/.test(URL.parse(url)?.hostname ?? '127.0.0.1'),
  )
}
