// Requests of 300 B, 10 KB and 100 KB, and answers of those sizes, each beside the bare proxy: what is read strictly and
// written anew costs by its length.
import { BARE, bareProxy, goProxy, haproxy, sallyport, takingPart } from '../contestants.ts'
import { ratioRow } from '../ratios.ts'
import { inRounds, type Cell } from '../rounds.ts'
import { inBenchWorld } from '../world.ts'
import { few, type Part } from './part.ts'

const WRITTEN = 'sallyport written'
/** What a request has beside its long argument. */
const ENVELOPE = 150
const LARGE = 100_000
const CONNECTIONS = 32

const SIZES = [
  { column: 'requests of 300 B', share: 1, job: {} },
  { column: 'requests of 10 KB', share: 0.5, job: { fillerBytes: 10_000 - ENVELOPE } },
  { column: 'requests of 100 KB', share: 0.1, job: { fillerBytes: LARGE - ENVELOPE } },
  { column: 'answers of 10 KB', share: 0.5, job: { answerBytes: 10_000 } },
  { column: 'answers of 100 KB', share: 0.1, job: { answerBytes: LARGE } },
]

export const sizes: Part = {
  title: 'Bodies by size',
  measure: ({ requests, passes }) =>
    inBenchWorld({}, async (world) => {
      const contestants = await takingPart(world, [
        await bareProxy(world),
        sallyport(WRITTEN, await world.startGateway()),
        await haproxy(world),
        await goProxy(world),
      ])
      const everybody = contestants.map(({ name }) => name)
      const cells = SIZES.map(({ share, ...cell }): Cell => ({
        ...cell,
        connections: CONNECTIONS,
        requests: few(requests, share, 100),
        // A rule on the body needs the body whole, and HAProxy's buffer has 32 KB.
        ...(cell.job.fillerBytes === LARGE - ENVELOPE
          ? { only: everybody.filter((name) => name !== 'haproxy') }
          : {}),
      }))
      const measured = await inRounds(world, contestants, cells, passes)
      const rows = SIZES.map(({ column, job }) =>
        ratioRow(measured, { column, connections: CONNECTIONS }, [WRITTEN, BARE], {
          target: `${column}, \`written\`, × bare undici 8`,
          ...(job.fillerBytes === LARGE - ENVELOPE
            ? { wanted: '≥ 0.6', least: 0.6 }
            : { wanted: '–' }),
        }),
      )
      return {
        measured,
        rows: rows.filter((row) => row !== undefined),
        about: ['Each call has new arguments. HAProxy refuses what its buffer does not hold.'],
      }
    }),
}
