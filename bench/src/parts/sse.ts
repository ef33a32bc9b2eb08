// Answers streamed as server-sent events: four notes of progress, then the result. Each event is read, checked and
// written anew by the gateway, and its bytes passed on by the others.
import { BARE, bareProxy, direct, goProxy, haproxy, sallyport, takingPart } from '../contestants.ts'
import { ratioRow } from '../ratios.ts'
import { inRounds } from '../rounds.ts'
import { inBenchWorld } from '../world.ts'
import { few, type Part } from './part.ts'

const WRITTEN = 'sallyport written'
const PLACE = { column: 'streamed answers', connections: 32 }
const SHARE = 0.5

export const sse: Part = {
  title: 'Answers as server-sent events',
  measure: ({ requests, passes }) =>
    inBenchWorld({}, async (world) => {
      const contestants = await takingPart(world, [
        direct(world),
        await bareProxy(world),
        sallyport(WRITTEN, await world.startGateway()),
        await haproxy(world),
        await goProxy(world),
      ])
      const cell = { ...PLACE, requests: few(requests, SHARE), job: { streamed: true } }
      const measured = await inRounds(world, contestants, [cell], passes)
      const row = ratioRow(measured, PLACE, [WRITTEN, BARE], {
        target: 'streamed answers, `written`, × bare undici 8',
        wanted: '–',
      })
      return {
        measured,
        rows: row === undefined ? [] : [row],
        about: ['Five events in an answer.'],
      }
    }),
}
