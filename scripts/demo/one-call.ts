// One call, end to end: discovery from a bare URL, three people with three lists, what one may do and what not.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ran } from './run-sallyport.ts'
import { ended, said, type Scene } from './scene.ts'

const ANALYST = [
  'documents___read_document',
  'documents___search_documents',
  'documents___write_note',
  'forecast_load',
  'get_load',
  'get_prices',
  'get_volumes',
  'list_markets',
]
const LISTS: Readonly<Record<string, readonly string[]>> = {
  alice: [...ANALYST, 'list_price_alerts'],
  bob: ['get_prices', 'list_markets', 'set_price_alert'],
  carol: ['documents___delete_note', ...ANALYST, 'list_price_alerts', 'set_price_alert'],
}
const DAY = ['--arg', 'market=DE-LU', '--arg', 'day=2026-03-29']

/** Arguments of an alert. */
export function alertAt(threshold: number): readonly string[] {
  return [
    'market___set_price_alert',
    '--arg',
    'market=DE-LU',
    '--arg',
    'direction=above',
    '--arg',
    `threshold=${threshold}`,
  ]
}

export function toolNames(ran: Ran): readonly string[] {
  const tools = (ran.json['tools'] ?? []) as readonly { readonly name: string }[]
  return tools.map(({ name }) => name.replace('market___', '')).toSorted()
}

export async function tellOneCall(scene: Scene): Promise<void> {
  await signInFromABareUrl(scene)
  await compareLists(scene)
  await callAndExplain(scene)
}

async function signInFromABareUrl({ story, as, signIn, world }: Scene): Promise<void> {
  story.chapter('An agent knows nothing but a URL')
  const bare = await as('nobody', 'tools', world.facts.mcpUrl)
  story.expect(
    'without a token nothing is listed',
    'sign-in needed (exit 77)',
    `exit ${bare.code}`,
    bare.code === 77,
  )
  for (const person of Object.keys(LISTS)) await signIn(person)
}

async function compareLists({ story, as, world }: Scene): Promise<void> {
  story.chapter('Three people, three lists')
  for (const [person, expected] of Object.entries(LISTS)) {
    const seen = toolNames(await as(person, 'tools', world.facts.mcpUrl))
    story.expect(
      `${person} sees ${expected.length} tools`,
      expected.join(' '),
      seen.join(' '),
      seen.join() === expected.join(),
    )
  }
}

async function callAndExplain({ story, as, at, world }: Scene): Promise<void> {
  story.chapter('What one may do, and what not')
  const { mcpUrl, configFile } = world.facts
  const call = (person: string, ...rest: readonly string[]) => as(person, 'call', mcpUrl, ...rest)
  const allowed = await call('alice', 'market___get_prices', ...DAY)
  const prices = pricesOf(allowed)
  story.expect(
    'alice asks for the prices of a day with a clock change',
    '23 hourly prices',
    `${prices} hourly prices`,
    allowed.code === 0 && prices === 23,
  )
  const small = await call('bob', ...alertAt(450))
  story.expect('bob sets an alert at 450', 'allowed', ended(small, 'allowed'), small.code === 0)
  const large = await call('bob', ...alertAt(900))
  story.expect(
    'bob sets an alert at 900',
    'denied for this argument (exit 3)',
    `exit ${large.code}`,
    large.code === 3,
  )
  const arguments_ = '{"market":"DE-LU","direction":"above","threshold":900}'
  const about = ['--user', 'bob', '--tool', 'market___set_price_alert', '--args', arguments_]
  const where = decidingPlace(await at('erin', 'policy', 'explain', ...about))
  const line = lineOf(join(configFile, '../policies/market.cedar'), '@id("alerts-traders")')
  story.expect(
    'explain names the file and the line',
    `market.cedar:${line}`,
    where,
    where === `market.cedar:${line}`,
  )
  const hidden = await call('bob', 'market___get_volumes', ...DAY)
  const unknown = await call('bob', 'market___get_nothing', ...DAY)
  const alike = withoutId(hidden) === withoutId(unknown)
  story.expect(
    'a tool that bob may not see, and one that does not exist',
    'the same answer',
    alike ? 'the same answer' : `${said(hidden)} | ${said(unknown)}`,
    alike && hidden.code === 3,
  )
}

function pricesOf(ran: Ran): number {
  const { structuredContent } = ran.json as { structuredContent?: { hours?: unknown[] } }
  return (structuredContent?.hours ?? []).length
}

function decidingPlace(ran: Ran): string {
  const { policies = [] } = ran.json as { policies?: { file: string; line: number; id: string }[] }
  const traders = policies.find(({ id }) => id.includes('alerts-traders'))
  return traders === undefined ? said(ran) : `${traders.file}:${traders.line}`
}

function lineOf(file: string, text: string): number {
  return (
    readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  )
}

/** What the caller was told, but for the request id and the name that they asked for themselves. */
function withoutId(ran: Ran): string {
  return `${ran.code} ${ran.stdout}${ran.stderr}`
    .replaceAll(/[0-9a-f]{32}/g, 'ID')
    .replaceAll(/get_(volumes|nothing)/g, 'NAME')
}
