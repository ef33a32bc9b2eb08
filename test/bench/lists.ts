// The list of somebody who has not asked before, and a catalogue of which every tool changes (policy-audit §1.2, §1.3).
import { setImmediate } from 'node:timers/promises'
import type { TargetRow } from '../../bench/src/target-row.ts'
import { createAuthorize, type Authorize } from '../../gateway/src/authorize/authorize.ts'
import type { PolicyFile } from '../../gateway/src/authorize/policy-files.ts'
import type { Catalogue } from '../../gateway/src/catalogue/entry.ts'
import { GATEWAY, identity, ISSUER } from '../../gateway/test/authorize/world.ts'
import { blocked, cpuMs } from './loop.ts'
import { anyAction, policySet, toolsOf, workshop } from './policy-sets.ts'

const TOOLS = 1000
const PEOPLE = 5
const CHANGING = 500
const CHANGES = 3
const TAGS = { groups: '|bench|' }

export async function coldLists(): Promise<readonly TargetRow[]> {
  const rows: TargetRow[] = []
  for (const { words, reads } of [
    { words: 'whose policies read tags', reads: () => false },
    { words: 'whose policies read arguments', reads: (at: number) => at % 2 === 1 },
  ]) {
    const set = policySet({ count: 20, action: anyAction, reads })
    const authorize = await loaded([set], toolsOf(TOOLS))
    const work: number[] = []
    const blocks: number[] = []
    for (let person = 0; person < PEOPLE; person++) {
      const { longestMs } = await blocked(async () => {
        await setImmediate()
        const from = cpuMs()
        const { entries } = await authorize.visible(identity(`person-${person}`, { tags: TAGS }))
        work.push(cpuMs() - from)
        if (entries.length !== TOOLS) throw new Error(`${entries.length} tools were listed`)
      })
      blocks.push(longestMs)
    }
    authorize.close()
    rows.push(
      {
        target: `filtered list of 1,000 tools ${words}, cold, processor time`,
        wanted: '≤ 100 ms',
        unit: 'ms',
        most: 100,
        passes: work,
        note: 'slices of 20 policies',
      },
      {
        target: `the same: longest block of the loop`,
        wanted: 'off the loop (≤ 10 ms)',
        unit: 'ms',
        most: 10,
        passes: blocks,
      },
    )
  }
  return rows
}

export async function catalogueChange(): Promise<readonly TargetRow[]> {
  const set = policySet({ count: 50, action: anyAction, reads: (at) => at % 2 === 1 })
  const authorize = await loaded([set], toolsOf(CHANGING))
  const blocks: number[] = []
  const cpu: number[] = []
  const took: number[] = []
  for (let change = 0; change < CHANGES; change++) {
    const next = toolsOf(CHANGING, { [`member${change}`]: { type: 'integer' } })
    // Schemas are known by the hash of their definition.
    const entries = new Map(
      [...next.entries].map(([name, entry]) => [name, { ...entry, hash: `${change} ${name}` }]),
    )
    const from = performance.now()
    const { value, longestMs, longestCpuMs } = await blocked(() =>
      authorize.load({ catalogue: { ...next, version: change + 2, entries } }),
    )
    if (!value.loaded) throw new Error(JSON.stringify(value.findings.slice(0, 3)))
    took.push(performance.now() - from)
    blocks.push(longestMs)
    cpu.push(longestCpuMs)
  }
  authorize.close()
  const most = (values: readonly number[]): string => Math.max(...values).toFixed(0)
  return [
    {
      target: `${CHANGING} tools change: longest block of the loop`,
      wanted: 'never blocks (≤ 50 ms)',
      unit: 'ms',
      most: 50,
      passes: blocks,
      note: `at most ${most(cpu)} ms of it processor time; a change takes up to ${most(took)} ms in all`,
    },
  ]
}

async function loaded(files: readonly PolicyFile[], catalogue: Catalogue): Promise<Authorize> {
  const authorize = createAuthorize({ gatewayId: GATEWAY, homeIssuer: ISSUER, workshop })
  const result = await authorize.load({ files, catalogue })
  if (!result.loaded) throw new Error(JSON.stringify(result.findings.slice(0, 3)))
  return authorize
}
