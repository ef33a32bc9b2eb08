// Calls through the gateway and beside it. Three columns, because caches make them differ: same arguments, new arguments
// in every call, a new token in every call.
import { BARE, bareProxy, direct, goProxy, haproxy, sallyport, takingPart } from '../contestants.ts'
import { measureFdatasync } from '../plain-fdatasync.ts'
import { ratioRow } from '../ratios.ts'
import { inRounds, type Cell, type Measured } from '../rounds.ts'
import type { TargetRow } from '../target-row.ts'
import { inBenchWorld } from '../world.ts'
import { few, type Part } from './part.ts'

const SYNCED = 'sallyport synced (default)'
const WRITTEN = 'sallyport written'
/** A fresh token costs a signature before the run, so that column is shorter; so is the one with one connection. */
const NEW_TOKEN_SHARE = 0.2
const ALONE_SHARE = 0.15

export const calls: Part = {
  title: 'Calls',
  measure: ({ requests, passes, besideFile }) =>
    inBenchWorld({}, async (world) => {
      const synced = await world.startGateway({ durability: 'synced' })
      const written = await world.startGateway()
      const contestants = await takingPart(world, [
        direct(world),
        await bareProxy(world),
        sallyport(SYNCED, synced),
        sallyport(WRITTEN, written),
        await haproxy(world),
        await goProxy(world),
      ])
      const measured = await inRounds(world, contestants, cellsOf(requests), passes)
      const fdatasyncMs = measureFdatasync(besideFile)
      return {
        measured,
        rows: targets(measured, fdatasyncMs),
        about: [
          `Contestant on one core, load and target on another, ${passes} interleaved passes, tools/call of 300 B.`,
          `One plain fdatasync of this disk: ${fdatasyncMs.toFixed(2)} ms (median).`,
        ],
      }
    }),
}

function cellsOf(requests: number): readonly Cell[] {
  const columns = [
    { column: 'same arguments', job: { vary: false }, share: 1 },
    { column: 'new arguments', job: { vary: true }, share: 1 },
    { column: 'new token', job: { vary: true }, share: NEW_TOKEN_SHARE, newTokens: true },
  ]
  return [32, 1].flatMap((connections) =>
    columns.map(({ share, ...cell }) => ({
      ...cell,
      connections,
      requests: few(requests, share * (connections === 1 ? ALONE_SHARE : 1)),
    })),
  )
}

function targets(measured: readonly Measured[], fdatasyncMs: number): readonly TargetRow[] {
  const same = { column: 'same arguments', connections: 32 }
  const fresh = { column: 'new arguments', connections: 32 }
  const ratio = (place: typeof same, base: string, row: Parameters<typeof ratioRow>[3]) =>
    ratioRow(measured, place, [WRITTEN, base], row) ?? []
  const alone = (name: string): readonly number[] =>
    measured
      .filter(
        (one) => one.contestant === name && one.column === same.column && one.connections === 1,
      )
      .map(({ p50Ms }) => p50Ms)
  const added = (name: string, base: string): readonly number[] =>
    alone(name).map((p50Ms, pass) => p50Ms - (alone(base)[pass] ?? Number.NaN))
  return [
    ratio(same, BARE, {
      target: '`written`, same arguments, × bare undici 8',
      wanted: '≥ 0.75 (goal 0.9)',
      least: 0.75,
    }),
    ratio(fresh, BARE, {
      target: '`written`, new arguments in every call, × bare undici 8',
      wanted: '≥ 0.5',
      least: 0.5,
    }),
    ratio(same, 'haproxy', {
      target: '`written`, same arguments, × HAProxy on one thread',
      wanted: '≥ 1 (goal)',
    }),
    ratio(same, 'go ReverseProxy, token cache', {
      target: '`written`, same arguments, × Go’s ReverseProxy with token cache and rule',
      wanted: '≥ 1',
      least: 1,
    }),
    {
      target: '`synced` adds to `written` at p50, one connection',
      wanted: '≤ 1.5 × fdatasync + 0.2 ms',
      unit: 'ms',
      most: 1.5 * fdatasyncMs + 0.2,
      passes: added(SYNCED, WRITTEN),
    },
    {
      target: '`written` adds to a direct call at p50, one connection',
      wanted: '≤ 0.2 ms',
      unit: 'ms',
      most: 0.2,
      passes: added(WRITTEN, 'direct'),
      note: `the bare proxy adds ${Math.max(...added(BARE, 'direct')).toFixed(2)} ms at most`,
    },
    {
      target: 'wrong answers',
      wanted: '0',
      unit: '',
      most: 0,
      passes: [measured.reduce((sum, { errors }) => sum + errors, 0)],
    },
  ].flat()
}
