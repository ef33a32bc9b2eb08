// F-07: the policy engine fails, or a policy set is bad. Policies that overflow on what they read deny, whichever way
// they are written; sets that do not parse or do not fit the tools leave the last good one in force and say why.
import { randomInt } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_POLICY } from '../support/gateway.ts'
import { order } from '../support/operator.ts'
import { inProcessWorld, startProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'
import type { GatewayProcess } from './start-process.ts'

/** Both overflow for every id but 0; the engine alone would skip the forbid and allow. */
const OVERFLOWING = `@id("everybody") permit (principal, action in AgentCore::Action::"CallTool", resource);
@id("permit-reads")
permit (principal, action == AgentCore::Action::"records___read_record", resource)
when { context.input.id + 9223372036854775807 > 0 };
@id("forbid-writes")
forbid (principal, action == AgentCore::Action::"records___write_record", resource)
when { context.input.id + 9223372036854775807 < 0 };
`

/** Each makes the good set one that is refused. */
const BAD_SETS: readonly ((n: number) => string)[] = [
  (n) => DEFAULT_POLICY.slice(0, (n % (DEFAULT_POLICY.length - 40)) + 1),
  (n) =>
    `${DEFAULT_POLICY}permit (principal, action == AgentCore::Action::"records___tool_${n}", resource);`,
  (n) =>
    `${DEFAULT_POLICY}permit (principal, action == AgentCore::Action::"records___read_record", resource) when { context.input.id_${n} == 1 };`,
  (n) =>
    `${DEFAULT_POLICY}permit (principal, action == AgentCore::Action::"records___read_record", resource) when { context.input.id == "${n}" };`,
  (n) => `${DEFAULT_POLICY}permit (principal is AgentCore::Nobody${n}, action, resource);`,
  (n) =>
    `${DEFAULT_POLICY}@id("analysts") permit (principal, action, resource) when { ${n} == ${n} };`,
  (n) =>
    `${DEFAULT_POLICY}permit (principal, action, resource) when { ${'('.repeat((n % 30) + 1)}true };`,
  (n) => `${DEFAULT_POLICY}permit (principal == ?principal, action, resource); // ${n}`,
]

/** Gateways side by side: an order to reload waits until the files are quiet, which costs time and nothing else. */
const WORLDS = 5
const CALLS_AT_ONCE = 25

export const promise: PromiseScript = {
  id: 'F-07',
  title: 'the policy engine fails, or a policy set is bad',
  run: async ({ short }) => [
    await inProcessWorld({ policies: OVERFLOWING }, (world) => errors(world, short ? 100 : 5000)),
    ...(await badSets(short ? 24 : 1000)),
  ],
}

async function errors(world: ProcessWorld, calls: number): Promise<Finding> {
  await world.start()
  const token = world.token()
  let wrong = 0
  let allowed = 0
  const callOnce = async (n: number): Promise<void> => {
    const id = n % 10 === 0 ? 0 : randomInt(1, 2 ** 40)
    const writes = n % 2 === 0
    const name = writes ? 'write_record' : 'read_record'
    const args = writes ? { id, amount: 1 } : { id }
    const params = { name, arguments: args }
    const { body } = await world.call({ method: 'tools/call', params, token })
    const isAllowed = body.includes('structuredContent')
    if (isAllowed) allowed += 1
    if (isAllowed !== (id === 0)) wrong += 1
  }
  for (let from = 0; from < calls; from += CALLS_AT_ONCE) {
    const many = Math.min(CALLS_AT_ONCE, calls - from)
    await Promise.all(Array.from({ length: many }, (_, index) => callOnce(from + index)))
  }
  return {
    what: `${calls} calls where policies err but for one value`,
    seen: `${wrong} answered wrongly, ${allowed} allowed`,
    promised: '0 allows on an error',
    kept: wrong === 0 && allowed > 0,
  }
}

async function badSets(times: number): Promise<readonly Finding[]> {
  const worlds: ProcessWorld[] = []
  try {
    // One after the other: making keys takes this process whole, and the gateway before would wait for its own.
    for (let n = 0; n < WORLDS; n++) worlds.push(await startProcessWorld())
    const gateways: GatewayProcess[] = []
    for (const world of worlds) gateways.push(await world.start())
    const seen = await Promise.all(
      worlds.map((world, first) =>
        badSetsOf(world, gateways[first] as GatewayProcess, first, times),
      ),
    )
    return findingsOf(seen, times)
  } finally {
    await Promise.all(worlds.map((world) => world.stop()))
  }
}

type Seen = Awaited<ReturnType<typeof badSetsOf>>

function findingsOf(seen: readonly Seen[], times: number): readonly Finding[] {
  const sum = (of: 'tried' | 'accepted' | 'unexplained' | 'changed') =>
    seen.reduce((total, world) => total + world[of], 0)
  const first = seen.find((world) => world.example !== undefined)?.example
  const example = first === undefined ? '' : ` (${first})`
  return [
    {
      what: `${sum('tried')} bad sets`,
      seen: `${sum('accepted')} taken into use, ${sum('unexplained')} without file and line, ${sum('changed')} changed an answer${example}`,
      promised: '0: the last good one stays and the reason is told',
      kept: sum('tried') === times && sum('accepted') + sum('unexplained') + sum('changed') === 0,
    },
    {
      what: 'a good set after them',
      seen: seen.map(({ good }) => good).join(', '),
      promised: 'applied, by this order or because the file changed',
      kept: seen.every(({ good, served }) => good !== 'kept' && served),
    },
  ]
}

/** The bad sets number `first`, `first + WORLDS` …, and a good one at the end. */
async function badSetsOf(
  world: ProcessWorld,
  gateway: GatewayProcess,
  first: number,
  times: number,
) {
  const before = await otherAnswer(world)
  if (before !== undefined) throw new Error(`before any bad set: ${before}`)
  let tried = 0
  let accepted = 0
  let unexplained = 0
  const changed: string[] = []
  for (let n = first; n < times; n += WORLDS) {
    const bad = (BAD_SETS[n % BAD_SETS.length] ?? String)(n * 7)
    const { outcome, notes } = await reloadWith(world, gateway, bad)
    tried += 1
    if (outcome !== 'kept') accepted += 1
    if (!notes.some((note) => /^\S*test\.cedar:\d+:\d+ ./.test(note))) unexplained += 1
    const other = await otherAnswer(world)
    if (other !== undefined) changed.push(`set ${n}: ${other}`)
  }
  const good = await reloadWith(world, gateway, `${DEFAULT_POLICY}// good again\n`)
  const served = (await otherAnswer(world)) === undefined
  return {
    tried,
    accepted,
    unexplained,
    changed: changed.length,
    example: changed[0],
    good: good.outcome,
    served,
  }
}

async function reloadWith(
  { folder }: ProcessWorld,
  gateway: GatewayProcess,
  policies: string,
): Promise<{ readonly outcome: string; readonly notes: readonly string[] }> {
  // Renamed into place: whoever writes in place and is held up after the first step shows an empty set, which is a good one.
  writeFileSync(join(folder, 'next.cedar'), policies)
  renameSync(join(folder, 'next.cedar'), join(folder, 'policies/test.cedar'))
  const { body } = await order({ gateway }, '/reload')
  return body as { outcome: string; notes: readonly string[] }
}

/** DEFAULT_POLICY: analysts call everything but delete_record, nobody else anything. Else: what was answered. */
async function otherAnswer(world: ProcessWorld): Promise<string | undefined> {
  const { recording } = world.target
  recording.clear()
  const params = { name: 'echo', arguments: {} }
  const allowed = await world.call({ method: 'tools/call', params })
  const token = world.token({ claims: { groups: ['traders'] } })
  await world.call({ method: 'tools/call', params, token })
  const forbidden = { name: 'delete_record', arguments: { id: 1 } }
  await world.call({ method: 'tools/call', params: forbidden })
  const calls = recording.calls().length
  if (allowed.body.includes('structuredContent') && calls === 1) return undefined
  return `${calls} calls, ${allowed.status} ${allowed.body.slice(0, 200)}`
}
