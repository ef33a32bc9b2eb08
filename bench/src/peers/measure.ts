// One run with every peer that installs and does the job, beside the proxies that are there anyway and this gateway.
import {
  assertChecks,
  BARE,
  bareProxy,
  direct,
  goProxy,
  haproxy,
  sallyport,
  takingPart,
  type Contestant,
} from '../contestants.ts'
import { listening } from '../free-port.ts'
import { ratioRow } from '../ratios.ts'
import type { Findings } from '../report.ts'
import { inRounds, type Measured } from '../rounds.ts'
import type { TargetRow } from '../target-row.ts'
import { untilAnswered } from '../until-answered.ts'
import { inBenchWorld, type BenchWorld } from '../world.ts'
import { install } from './install.ts'
import type { Peer } from './peer.ts'

const WRITTEN = 'sallyport written'
const SYNCED = 'sallyport synced (default)'
const CONNECTIONS = 32
const PLACES = ['same arguments', 'new arguments'].map((column) => ({
  column,
  connections: CONNECTIONS,
}))
const LISTENS_WITHIN_MS = 90_000
const ANSWERS_WITHIN_MS = 60_000
/** So many times a peer's rate is wanted of this gateway. */
const WANTED: Readonly<Record<string, number>> = {
  Envoy: 1.3,
  'go ReverseProxy, token cache': 1,
  'ToolHive vMCP': 15,
  'naive gateway on SDK v2': 10,
}

export async function measurePeers(
  peers: readonly Peer[],
  { requests, passes }: { readonly requests: number; readonly passes: number },
): Promise<Findings> {
  const missing: string[] = []
  const folders = new Map<Peer, string>()
  for (const peer of peers) {
    process.stdout.write(`installing ${peer.name} ${peer.version}\n`)
    const folder = await install(peer).catch(
      (error: unknown) => void missing.push(said(peer, error)),
    )
    if (folder !== undefined) folders.set(peer, folder)
  }
  return inBenchWorld({ era: 'both' }, async (world) => {
    const written = sallyport(WRITTEN, await world.startGateway())
    const synced = sallyport(SYNCED, await world.startGateway({ durability: 'synced' }))
    const others = [await haproxy(world), await goProxy(world)]
    const proxies = [direct(world), await bareProxy(world), synced, written, ...others]
    const contestants = [...(await takingPart(world, proxies))]
    const joined: { readonly peer: Peer; readonly contestant: Contestant }[] = []
    for (const [peer, folder] of folders) {
      const started = await start(world, peer, folder).catch(
        (error: unknown) => void missing.push(said(peer, error)),
      )
      if (started === undefined) continue
      contestants.push(started)
      joined.push({ peer, contestant: started })
    }
    const cells = PLACES.map((place) => ({
      ...place,
      requests,
      job: { vary: place.column === 'new arguments' },
    }))
    const measured = await inRounds(world, contestants, cells, passes)
    const compared = [...others, ...joined.map(({ contestant }) => contestant)]
    const names = compared.flatMap((one) => one?.name ?? [])
    return {
      measured,
      rows: [...new Set(names)].flatMap((name) => rowsOf(measured, name)),
      about: [
        `Each on one core, load and target on the other, ${passes} interleaved passes, tools/call of 300 B, RS256 by the issuer’s keys, a rule per tool; slow ones get fewer requests.`,
        ...joined.map(({ peer: { name, version, manner } }) => `${name} ${version}: ${manner}.`),
        ...missing.map((reason) => `Not in the table: ${reason}.`),
      ],
    }
  })
}

/** Ready, and seen to refuse a bad token and a forbidden tool. */
async function start(world: BenchWorld, peer: Peer, folder: string): Promise<Contestant> {
  process.stdout.write(`starting ${peer.name}\n`)
  const contestant = await peer.start(world, folder)
  await listening(contestant.port, LISTENS_WITHIN_MS)
  await untilAnswered(world, contestant, ANSWERS_WITHIN_MS)
  await assertChecks(world, [contestant])
  return contestant
}

function rowsOf(measured: readonly Measured[], name: string): readonly TargetRow[] {
  const [place] = PLACES
  if (place === undefined) return []
  const least = WANTED[name]
  const ratio = ratioRow(measured, place, [WRITTEN, name], {
    target: `\`written\` × ${name}`,
    wanted: least === undefined ? '–' : `≥ ${least}`,
    ...(least === undefined ? {} : { least }),
  })
  const toBare = ratioRow(measured, place, [name, BARE], {
    target: `${name} × ${BARE}`,
    wanted: '–',
  })
  return [ratio ?? [], toBare ?? []].flat()
}

function said({ name, version }: Peer, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  return `${name} ${version} (${reason.replaceAll(/\s+/g, ' ').trim().slice(0, 400)})`
}
