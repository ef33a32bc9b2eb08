// `npm run demo`: the story of one call, told on real parts: Acme's identity provider, market data and the gateway run as
// processes, and everything is done with the `sallyport` command as people use it; only the browser is played.
// Each step says what is expected and what was seen. Exits 0 where all agree.
import './assert-node.ts'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDev, type Dev } from './demo/dev-process.ts'
import { login } from './demo/login.ts'
import { sallyport, type Ran } from './demo/run-sallyport.ts'
import { createStory } from './demo/story.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-demo-'))
const story = createStory()
const DAY = ['--arg', 'market=DE-LU', '--arg', 'day=2026-03-29']

const EXPECTED_LISTS: Readonly<Record<string, readonly string[]>> = {
  alice: [
    'forecast_load',
    'get_load',
    'get_prices',
    'get_volumes',
    'list_markets',
    'list_price_alerts',
  ],
  bob: ['get_prices', 'list_markets', 'set_price_alert'],
  carol: [
    'forecast_load',
    'get_load',
    'get_prices',
    'get_volumes',
    'list_markets',
    'list_price_alerts',
    'set_price_alert',
  ],
}

let dev: Dev | undefined
try {
  dev = await story.prepare('Acme Energy and the gateway start', () =>
    startDev(join(folder, 'world')),
  )
  await tell(dev)
} catch (error) {
  story.broken(error)
} finally {
  await dev?.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(story.end())

async function tell({ facts, stateFolder }: Dev): Promise<void> {
  const { mcpUrl } = facts
  const home = (person: string) => join(folder, person)
  const as = (person: string, ...args: string[]): Promise<Ran> =>
    sallyport([...args, '--json'], { home: home(person) })
  const operator = (...args: string[]): Promise<Ran> =>
    sallyport([...args, '--json'], { home: home('operator') })
  const atGateway = ['--state-folder', stateFolder]

  story.chapter('An agent knows nothing but a URL')
  const bare = await as('nobody', 'tools', mcpUrl)
  story.expect(
    'without a token nothing is listed',
    'sign-in needed (exit 77)',
    `exit ${bare.code}`,
    bare.code === 77,
  )
  for (const person of ['alice', 'bob', 'carol']) {
    mkdirSync(home(person))
    const signedIn = await login(mcpUrl, person, home(person))
    story.expect(
      `${person}: discovered, registered, signed in`,
      'signed in',
      signedIn.code === 0 ? 'signed in' : signedIn.stderr,
      signedIn.code === 0,
    )
  }

  story.chapter('Three people, three lists')
  const lists = new Map<string, readonly string[]>()
  for (const [person, expected] of Object.entries(EXPECTED_LISTS)) {
    const seen = toolNames(await as(person, 'tools', mcpUrl))
    lists.set(person, seen)
    story.expect(
      `${person} sees ${expected.length} tools`,
      expected.join(' '),
      seen.join(' '),
      seen.join() === expected.join(),
    )
  }

  story.chapter('What one may do, and what not')
  const allowed = await as('alice', 'call', mcpUrl, 'market___get_prices', ...DAY)
  const prices = pricesOf(allowed)
  story.expect(
    'alice asks for the prices of a day with a clock change',
    '23 hourly prices',
    `${prices} hourly prices`,
    allowed.code === 0 && prices === 23,
  )
  const limit = ['--arg', 'market=DE-LU', '--arg', 'direction=above', '--arg']
  const small = await as(
    'bob',
    'call',
    mcpUrl,
    'market___set_price_alert',
    ...limit,
    'threshold=450',
  )
  story.expect(
    'bob sets an alert at 450',
    'allowed',
    small.code === 0 ? 'allowed' : said(small),
    small.code === 0,
  )
  const large = await as(
    'bob',
    'call',
    mcpUrl,
    'market___set_price_alert',
    ...limit,
    'threshold=900',
  )
  story.expect(
    'bob sets an alert at 900',
    'denied for this argument (exit 3)',
    `exit ${large.code}`,
    large.code === 3,
  )
  const explained = await operator(
    'policy',
    'explain',
    ...atGateway,
    '--user',
    'bob',
    '--tool',
    'market___set_price_alert',
    '--args',
    '{"market":"DE-LU","direction":"above","threshold":900}',
  )
  const where = decidingPlace(explained)
  const line = lineOf(join(facts.configFile, '../policies/market.cedar'), '@id("alerts-traders")')
  story.expect(
    'explain names the file and the line',
    `market.cedar:${line}`,
    where,
    where === `market.cedar:${line}`,
  )
  const byCarol = await as(
    'carol',
    'call',
    mcpUrl,
    'market___set_price_alert',
    ...limit,
    'threshold=900',
  )
  story.expect(
    'carol sets the same alert',
    'allowed',
    byCarol.code === 0 ? 'allowed' : said(byCarol),
    byCarol.code === 0,
  )
  const hidden = await as('bob', 'call', mcpUrl, 'market___get_volumes', ...DAY)
  const unknown = await as('bob', 'call', mcpUrl, 'market___get_nothing', ...DAY)
  const alike = withoutId(hidden) === withoutId(unknown)
  story.expect(
    'a tool that bob may not see, and one that does not exist',
    'the same answer',
    alike ? 'the same answer' : `${said(hidden)} | ${said(unknown)}`,
    alike && hidden.code === 3,
  )

  story.chapter('An end at once')
  await operator('revoke', ...atGateway, '--user', 'bob', '--reason', 'left the desk', '--yes')
  const after = await as('bob', 'tools', mcpUrl)
  story.expect(
    'bob is revoked; his token has minutes left',
    'refused (exit 77)',
    `exit ${after.code}`,
    after.code === 77,
  )
  const still = await as('alice', 'tools', mcpUrl)
  story.expect(
    'alice works on',
    'the same list',
    `${toolNames(still).length} tools`,
    toolNames(still).join() === lists.get('alice')?.join(),
  )

  story.chapter('The log')
  const log = join(stateFolder, 'audit')
  const whole = await operator('audit', 'verify', log)
  story.expect('the log is verified', 'whole (exit 0)', `exit ${whole.code}`, whole.code === 0)
  const flipped = await operator('audit', 'verify', tampered(log, 'flipped', flipOneByte))
  story.expect(
    'one byte of a copy is flipped',
    'found (exit 65)',
    `exit ${flipped.code}`,
    flipped.code === 65,
  )
  const shorter = await operator('audit', 'verify', tampered(log, 'shorter', removeOneLine))
  story.expect(
    'one line of a copy is removed from the middle',
    'found (exit 65)',
    `exit ${shorter.code}`,
    shorter.code === 65,
  )
}

function toolNames(ran: Ran): readonly string[] {
  const tools = (ran.json['tools'] ?? []) as readonly { readonly name: string }[]
  return tools.map(({ name }) => name.replace('market___', '')).toSorted()
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

function said(ran: Ran): string {
  return ran.stderr.trim().split('\n')[0] ?? ''
}

/** What the caller was told, but for the request id and the name that they asked for themselves. */
function withoutId(ran: Ran): string {
  return `${ran.code} ${ran.stdout}${ran.stderr}`
    .replaceAll(/[0-9a-f]{32}/g, 'ID')
    .replaceAll(/get_(volumes|nothing)/g, 'NAME')
}

function tampered(log: string, name: string, change: (file: string) => void): string {
  const copy = join(folder, name)
  cpSync(log, copy, { recursive: true })
  const file = readdirSync(copy).find(
    (entry) => entry.endsWith('.jsonl') && !entry.endsWith('.personal.jsonl'),
  )
  change(join(copy, file ?? ''))
  return copy
}

function flipOneByte(file: string): void {
  const bytes = readFileSync(file)
  const at = bytes.indexOf('"kind":"intent"') + 9
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

function removeOneLine(file: string): void {
  const lines = readFileSync(file, 'utf8').split('\n')
  lines.splice(Math.floor(lines.length / 2), 1)
  writeFileSync(file, lines.join('\n'))
}
