// The four cells of client and target: what a translation costs beside a call within the modern era, through one gateway,
// and what the target sees of a call: one request, and no new connection once it is warm.
import { sallyport, type Contestant } from '../contestants.ts'
import { ratioRow } from '../ratios.ts'
import { inRounds } from '../rounds.ts'
import type { TargetRow } from '../target-row.ts'
import { untilAnswered } from '../until-answered.ts'
import { inBenchWorld, type BenchWorld, type Upstream } from '../world.ts'
import { few, type Part } from './part.ts'

const PLACE = { column: 'tools/call', connections: 32 }
const SAME = 'modern client → modern target'
const LEAST = 0.5
/** What the gateway asks of a target by itself, once a minute, or once for a session. */
const OWN = new Set([
  'server/discover',
  'tools/list',
  'ping',
  'initialize',
  'notifications/initialized',
])

export const eras: Part = {
  title: 'Both eras',
  measure: ({ requests, passes }) =>
    inBenchWorld({}, async (world) => {
      const old = await world.startUpstream({ era: 'old' })
      const targets = { bench: world.upstream, old }
      const gateway = await world.startGateway({ targets })
      const cells = [
        { contestant: sallyport(SAME, gateway), upstream: world.upstream },
        { contestant: sallyport('modern client → old target', gateway, 'old'), upstream: old },
        {
          contestant: oldClient(sallyport('old client → modern target', gateway)),
          upstream: world.upstream,
        },
        {
          contestant: oldClient(sallyport('old client → old target', gateway, 'old')),
          upstream: old,
        },
      ]
      const contestants = cells.map(({ contestant }) => contestant)
      for (const contestant of contestants) await untilAnswered(world, contestant)
      const cell = { ...PLACE, requests, job: {} }
      const measured = await inRounds(world, contestants, [cell], passes)
      const ratios = contestants.slice(1).map(({ name }) =>
        ratioRow(measured, PLACE, [name, SAME], {
          target: `${name} × ${SAME}`,
          wanted: `≥ ${LEAST}`,
          least: LEAST,
        }),
      )
      const rows = ratios.filter((row) => row !== undefined)
      for (const { contestant, upstream } of cells) {
        rows.push(...(await seenByTarget(world, contestant, upstream, few(requests, 0.2))))
      }
      return { measured, base: SAME, rows, about: ['One gateway, `written`, new arguments.'] }
    }),
}

const oldClient = (contestant: Contestant): Contestant => ({ ...contestant, era: 'old' })

async function seenByTarget(
  { run, tokens }: BenchWorld,
  { name, port, path, host, audience, era }: Contestant,
  { counts }: Upstream,
  requests: number,
): Promise<readonly TargetRow[]> {
  const { connections } = PLACE
  const job = { port, path, hostHeader: host, connections, requests, vary: true, era }
  const [token = ''] = tokens(audience, 1)
  await run({ ...job, tokens: [token] })
  await counts()
  await run({ ...job, tokens: [token] })
  const seen = await counts()
  const own = Object.entries(seen.requests).filter(([method]) => OWN.has(method))
  const asked = Object.entries(seen.requests).filter(([method]) => !OWN.has(method))
  const perCall = asked.reduce((sum, [, times]) => sum + times, 0) / requests
  // A session that is opened at the target beside the calls may need a connection for it: none of a call.
  const sessions = seen.requests['initialize'] ?? 0
  const opened = seen.connections
  const others = own.map(([method, times]) => `${times} ${method}`).join(', ')
  return [
    {
      target: `${name}: requests that the warm target sees per call`,
      wanted: '1',
      unit: '',
      least: 1,
      most: 1,
      passes: [perCall],
      ...(others === '' ? {} : { note: `beside ${others}` }),
    },
    {
      target: `${name}: new connections that the warm target sees per call`,
      wanted: '0',
      unit: '',
      most: 0,
      passes: [Math.max(0, opened - sessions) / requests],
      ...(opened === 0 ? {} : { note: `beside ${opened} while ${sessions} sessions were opened` }),
    },
  ]
}
