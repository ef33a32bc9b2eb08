// From 10 to 10,000 policies through the gateway: one for the benchmark's people, the others for teams and tools, so that
// one of a hundred is about the tool that is called. Every other policy reads an argument, so that new arguments in a
// call are decided anew.
import { sallyport, type Contestant } from '../contestants.ts'
import { ratioRow } from '../ratios.ts'
import { inRounds, type Cell } from '../rounds.ts'
import type { TargetRow } from '../target-row.ts'
import { untilAnswered } from '../until-answered.ts'
import { inBenchWorld, type BenchWorld } from '../world.ts'
import { few, type Part } from './part.ts'

const FEWEST = 10
const COUNTS = [FEWEST, 100, 1000, 10_000]
/** With fewer requests than this, without the largest set: it takes minutes to load. */
const WHOLE_FROM = 1000
const TOOLS = 100
const CONNECTIONS = 32
const NEW_SHARE = 0.2
/** The largest set is checked against a hundred schemas before it is used. */
const READY_WITHIN_MS = 20 * 60_000

export const policies: Part = {
  title: 'Policies in number',
  measure: ({ requests, passes }) =>
    inBenchWorld({ tools: TOOLS }, async (world) => {
      const counts = requests < WHOLE_FROM ? COUNTS.slice(0, -1) : COUNTS
      const started: { readonly contestant: Contestant; readonly row: TargetRow }[] = []
      for (const count of counts) started.push(await start(world, count))
      const contestants = started.map(({ contestant }) => contestant)
      const columns = [
        { column: 'same arguments', vary: false, share: 1 },
        { column: 'new arguments, decided anew', vary: true, share: NEW_SHARE },
      ]
      const cells = columns.map(({ column, vary, share }): Cell => ({
        column,
        connections: CONNECTIONS,
        requests: few(requests, share),
        job: { vary },
      }))
      const measured = await inRounds(world, contestants, cells, passes)
      const ratios = columns.flatMap(({ column }) =>
        counts.slice(1).flatMap((count) => {
          const pair = [nameOf(count), nameOf(FEWEST)] as const
          const target = `${column}: ${nameOf(count)} × ${pair[1]}`
          const place = { column, connections: CONNECTIONS }
          return ratioRow(measured, place, pair, { target, wanted: '–' }) ?? []
        }),
      )
      return {
        measured,
        base: nameOf(FEWEST),
        rows: [...started.map(({ row }) => row), ...ratios],
        about: [`${TOOLS} tools; one policy of a hundred is about the one that is called.`],
      }
    }),
}

const nameOf = (count: number): string => `${count} policies`

async function start(
  world: BenchWorld,
  count: number,
): Promise<{ readonly contestant: Contestant; readonly row: TargetRow }> {
  const from = performance.now()
  const gateway = await world.startGateway({
    policies: policySet(count),
    readyWithinMs: READY_WITHIN_MS,
  })
  const contestant = sallyport(nameOf(count), gateway)
  await untilAnswered(world, contestant, READY_WITHIN_MS)
  const seconds = (performance.now() - from) / 1000
  const row = {
    target: `from start to the first answer with ${nameOf(count)}`,
    wanted: '–',
    unit: 's',
    passes: [seconds],
  }
  return { contestant, row }
}

/** The first one permits; one of ten after it forbids what is not asked for. */
function policySet(count: number): string {
  const mine = 'principal.hasTag("groups") && principal.getTag("groups") like "*|bench|*"'
  return Array.from({ length: count }, (_, at) => {
    const effect = at > 0 && at % 10 === 0 ? 'forbid' : 'permit'
    const tool = at % TOOLS === 0 || at === 1 ? 'lookup' : `lookup_${at % TOOLS}`
    const team = `principal.hasTag("groups") && principal.getTag("groups") like "*|team-${at}|*"`
    const read = `context.input.marker like "*no-${at}-such*"`
    const when = at === 0 ? mine : at % 2 === 1 || at % (2 * TOOLS) === 0 ? read : team
    return `@id("p${at}")\n${effect} (principal is AgentCore::OAuthUser, action == AgentCore::Action::"bench___${tool}", resource)\nwhen { ${when} };\n`
  }).join('\n')
}
