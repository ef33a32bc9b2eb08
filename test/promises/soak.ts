// The soak: `npm run promises -- --only soak --minutes 30`. People call tools of two targets, one of them failing now and
// then, list and stream, each with a word of their own in every call (a canary), while the attack mix runs. At the end
// every call that reached a target is looked for in the log, every answer had its own canary alone, and the memory that
// is left after a collection is printed minute by minute.
import { setTimeout as wait } from 'node:timers/promises'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { startAttackMix } from './attack-mix.ts'
import { callsIn } from './audit-log.ts'
import { inFaultWorld, type FaultWorld } from './fault-world.ts'
import type { Finding } from './promise.ts'
import type { GatewayProcess, Memory } from './start-process.ts'

const PEOPLE = 12
const KEEPS = 'tools: { echo: { audit: [/id] }, stream_records: {} }'
const GROWTH_BYTES = 2 * 1024 * 1024
const LONG_MINUTES = 30
const CANARY = /canary-\d+-[0-9a-z]+/g

type Counts = { calls: number; good: number; wrong: number }

export async function soak(minutes: number): Promise<readonly Finding[]> {
  return await inFaultWorld({ targetSettings: KEEPS, flakySettings: KEEPS }, async (world) => {
    const gateway = await world.world.start()
    const attacks = startAttackMix(world.world)
    const counts: Counts = { calls: 0, good: 0, wrong: 0 }
    const ending = new AbortController()
    const people = Array.from({ length: PEOPLE }, (_, who) =>
      person(world, who, counts, ending.signal),
    )
    const atTargets: number[] = []
    const memory: Memory[] = []
    const startedMs = performance.now()
    for (let tick = 0; performance.now() - startedMs < minutes * 60_000; tick += 1) {
      await wait(5_000)
      world.proxy.set(
        tick % 6 === 3 ? { resetInAnswer: 0.3, latencyMs: 20 } : { resetInAnswer: 0, latencyMs: 0 },
      )
      atTargets.push(...takeIds(world))
      if (tick % 12 === 0 || minutes < 3) memory.push(await tell(gateway))
    }
    ending.abort()
    await Promise.all(people)
    await attacks.end()
    await wait(1_000)
    atTargets.push(...takeIds(world))
    memory.push(await tell(gateway))
    return [
      recorded(world, atTargets),
      {
        what: `${counts.calls} calls of ${PEOPLE} people in ${minutes} min`,
        seen: `${counts.wrong} answers to the wrong person, ${counts.good} good ones`,
        promised: '0 to the wrong person',
        kept: counts.wrong === 0 && counts.good > counts.calls / 2,
      },
      {
        what: `${attacks.made()} attacks meanwhile`,
        seen: `${attacks.served()} served`,
        promised: '0',
        kept: attacks.served() === 0 && attacks.made() > 0,
      },
      growth(memory, minutes),
    ]
  })
}

/** One call after the other, of changing kinds, with a token that is renewed as a client would. */
async function person(
  { world }: FaultWorld,
  who: number,
  counts: Counts,
  signal: AbortSignal,
): Promise<void> {
  const tokens = new Map<string, string>()
  for (let n = 0; !signal.aborted; n += 1) {
    const target = n % 5 === 4 ? 'flaky' : 'records'
    // A new one for each target every few minutes.
    if (n % 5_000 === 0) tokens.clear()
    const claims = { sub: `person-${who}` }
    const token = tokens.get(target) ?? world.token({ resource: world.resource(target), claims })
    tokens.set(target, token)
    const id = who * 100_000_000 + n
    const canary = `canary-${who}-${id.toString(36)}`
    const call = callOf(n, id, canary)
    const { headers, body } = modernRequest({ ...call, token })
    counts.calls += 1
    const text = await fetch(`http://127.0.0.1:${world.port}/mcp/${target}`, {
      method: 'POST',
      headers,
      body,
      signal: n % 97 === 96 ? AbortSignal.timeout(3) : AbortSignal.timeout(60_000),
    })
      .then((response) => response.text())
      .catch(() => '')
    const seen = new Set(text.match(CANARY))
    if (seen.has(canary) || text.includes('"tools"')) counts.good += 1
    seen.delete(canary)
    if (seen.size > 0) counts.wrong += 1
    await wait(10)
  }
}

function callOf(n: number, id: number, canary: string) {
  if (n % 11 === 10) return { method: 'tools/list', params: {} }
  if (n % 7 === 6) {
    const params = { name: 'stream_records', arguments: { count: 3 } }
    return { method: 'tools/call', params, progressToken: canary }
  }
  const more = n % 13 === 12 ? { large: 'x'.repeat(50_000) } : {}
  return { method: 'tools/call', params: { name: 'echo', arguments: { id, canary, ...more } } }
}

/** Ids of the calls of `echo` that reached a target since the last time. */
function takeIds({ world, flaky }: FaultWorld): readonly number[] {
  return [world.target, flaky].flatMap(({ recording }) => {
    const ids = recording.calls('echo').flatMap(({ body }) => {
      const { params } = JSON.parse(body.toString()) as { params: { arguments: { id?: number } } }
      return params.arguments.id ?? []
    })
    recording.clear()
    return ids
  })
}

function recorded({ world }: FaultWorld, atTargets: readonly number[]): Finding {
  const { intents, outcomes } = callsIn(world.auditFolder)
  const known = new Set(intents.map(({ id }) => id))
  const unaudited = atTargets.filter((id) => !known.has(id)).length
  const open = intents.filter(({ key }) => outcomes.get(key)?.length !== 1).length
  return {
    what: `${atTargets.length} calls that reached a target`,
    seen: `${unaudited} without an intent; ${open} of ${intents.length} intents without exactly one outcome`,
    promised: '0 unaudited',
    kept: unaudited === 0 && open === 0 && atTargets.length > 0,
  }
}

async function tell(gateway: GatewayProcess): Promise<Memory> {
  const memory = await gateway.memory()
  process.stderr.write(
    `  soak: heap ${megabytes(memory.heapBytes)}, external ${megabytes(memory.externalBytes)}, resident ${megabytes(memory.residentBytes)}\n`,
  )
  return memory
}

function growth(memory: readonly Memory[], minutes: number): Finding {
  const total = ({ heapBytes, externalBytes }: Memory): number => heapBytes + externalBytes
  const from = memory[Math.floor(memory.length / 3)]
  const to = memory.at(-1)
  const grown = from === undefined || to === undefined ? Number.NaN : total(to) - total(from)
  const long = minutes >= LONG_MINUTES
  return {
    what: 'heap after a collection plus external memory, over the last two thirds',
    seen: `grown by ${megabytes(grown)}, ${memory.length} readings`,
    promised: long ? `≤ ${megabytes(GROWTH_BYTES)}` : `printed; promised of ${LONG_MINUTES} min`,
    kept: long ? grown <= GROWTH_BYTES : !Number.isNaN(grown),
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
