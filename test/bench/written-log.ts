// A log of many records, made by the log's own writer from the products of calls as they are: an intent and an outcome
// each, of some persons, tools and outcomes. What the request thread spends on it is measured on the way.
import { setTimeout } from 'node:timers/promises'
import { createAudit } from '../../gateway/src/audit/audit.ts'
import type { CatalogueEntry } from '../../gateway/src/catalogue/entry.ts'
import { takeHold } from '../../gateway/src/store/sqlite/take-hold.ts'
import { systemClock } from '../../gateway/src/system/clock.ts'
import {
  ADDRESS,
  credential,
  factsOf,
  identityOf,
  permitOf,
  silent,
} from '../../gateway/test/audit/products.ts'
import { tool } from '../../gateway/test/authorize/world.ts'

const PERSONS = 200
const TOOLS = 50
/** Calls whose frames are put in one turn of the loop. */
const BATCH = 250

export type Written = {
  /** Of the request thread, per record, one figure per batch; in microseconds. */
  readonly recordMicros: readonly number[]
  readonly recordsPerSecond: number
  readonly records: number
}

export async function writeLog(
  folder: string,
  records: number,
  tell: (done: number) => void,
): Promise<Written> {
  const settings = { folder, heartbeatSeconds: 3600 }
  const parts = { clock: systemClock, takeHold, log: silent, onHealth: () => undefined }
  const audit = await createAudit(settings, parts)
  const identities = Array.from({ length: PERSONS }, (_, at) =>
    identityOf(`person-${at}`, `s${at}`),
  )
  const entries = Array.from({ length: TOOLS }, (_, at) => entryOf(`bench___tool_${at}`))
  const facts = [factsOf(), factsOf(), factsOf(), { ...factsOf(), class: 'tool_error' as const }]
  const recordMicros: number[] = []
  const startedMs = performance.now()
  const batches = Math.ceil(records / 2 / BATCH)
  for (let batch = 0; batch < batches; batch++) {
    const permits = Array.from({ length: BATCH }, (_, at) => {
      const call = batch * BATCH + at
      const args = { market: 'DE', price: call / 4, note: 'x'.repeat(60) }
      const identity = identities[call % PERSONS] as (typeof identities)[number]
      const entry = entries[(call * 7) % TOOLS] as CatalogueEntry
      return permitOf(`bench-${call}`, args, { identity, entry })
    })
    let from = performance.now()
    const intents = permits.map((permit) => audit.intent(permit, credential, ADDRESS, undefined))
    let micros = (performance.now() - from) * 1000
    const sequences = await Promise.all(intents)
    from = performance.now()
    permits.forEach(({ requestId }, at) =>
      audit.outcome(sequences[at] ?? 0, requestId, facts[at % facts.length] ?? factsOf(), 3),
    )
    micros += (performance.now() - from) * 1000
    recordMicros.push(micros / BATCH / 2)
    tell((batch + 1) * BATCH * 2)
  }
  const written = batches * BATCH * 2
  // Outcomes are not awaited by anybody.
  while (audit.own.records() < written) await setTimeout(5)
  await audit.own.sync()
  const seconds = (performance.now() - startedMs) / 1000
  await audit.close()
  return { recordMicros, recordsPerSecond: written / seconds, records: written }
}

function entryOf(name: string): CatalogueEntry {
  const facts = {
    readOnly: true,
    idempotent: true,
    durability: 'written',
    auditPaths: ['/market'],
  } as const
  return tool(name, { type: 'object' }, { facts, hash: 'ab'.repeat(32) })
}
