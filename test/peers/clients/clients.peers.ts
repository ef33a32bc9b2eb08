// Clients that nobody here wrote, each from the bare URL to results and to denials, against a gateway and Acme's rooms
// that run as processes: market data is a server of the modern era, documents of the old one. Discovery, registration,
// PKCE and tokens are each client's own; ours is the person in the browser.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { obtainTokens } from '@sallyport/sample/obtain-tokens.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDev, type Dev } from '../../../scripts/demo/dev-process.ts'
import { inspect, inspector, mcpRemote } from './command-clients.ts'
import { setDesk } from './desk.ts'
import type { Call } from './foreign-client.ts'
import { installForeignPackages } from './foreign-packages.ts'
import { fastMcp, pythonSdk } from './python-clients.ts'
import { sdkV1, sdkV2 } from './sdk-clients.ts'

const packages = await installForeignPackages()
const folder = mkdtempSync(join(tmpdir(), 'sallyport-clients-'))
let world: Dev
beforeAll(async () => {
  world = await startDev(join(folder, 'world'))
})
afterAll(async () => {
  await world.stop()
  rmSync(folder, { recursive: true, force: true })
})

const PRICES: Call = { tool: 'market___get_prices', args: { market: 'DE-LU', day: '2026-03-29' } }
const CONTRACT: Call = { tool: 'documents___read_document', args: { id: 'contract-helios-2026' } }
const LOAD: Call = { tool: 'market___get_load', args: { market: 'DE-LU', day: '2026-03-29' } }
const alert = (threshold: number): Call => ({
  tool: 'market___set_price_alert',
  args: { market: 'DE-LU', direction: 'above', threshold },
})

const DENIED =
  /policy does not allow this call with these arguments.*\(authorize\.denied, request [0-9a-f]{32}\)/
const NOT_THERE = /there is no such tool/
/** Lists first, and calls nothing that is not in the list. */
const NOT_LISTED = /Tool 'market___get_load' not found on server/

const CLIENTS = [
  { client: sdkV1, hidden: NOT_THERE },
  { client: sdkV2('2025-11-25'), hidden: NOT_THERE },
  { client: sdkV2('2026-07-28', { mode: { pin: '2026-07-28' } }), hidden: NOT_THERE },
  { client: inspector(packages, 'legacy'), hidden: NOT_LISTED },
  { client: inspector(packages, 'modern'), hidden: NOT_LISTED },
  { client: mcpRemote(packages), hidden: NOT_THERE },
  { client: mcpRemote(packages, 'auto'), hidden: NOT_THERE },
  { client: pythonSdk(packages, 'auto'), hidden: NOT_THERE },
  { client: pythonSdk(packages, 'legacy'), hidden: NOT_THERE },
  { client: fastMcp(packages), hidden: NOT_THERE },
].map((row) => ({ ...row, name: row.client.name }))

/** A path without blanks: what opens a browser may take the command apart at them. */
const folderOf = (name: string) => name.replaceAll(/[^\w.]+/g, '-')

describe.each(CLIENTS)('$name, from the bare URL', ({ name, client, hidden }) => {
  const visit = (person: string, calls: readonly Call[]) =>
    client.visit(world.facts.mcpUrl, setDesk(join(folder, folderOf(name)), person), calls)

  test('Alice reads prices of a modern target and a contract of an old one', async () => {
    const [prices, contract] = await visit('alice', [PRICES, CONTRACT])
    // The day on which clocks go forward has 23 hours.
    const hours = Array.from({ length: 23 }, () => ({ price: expect.any(Number) as number }))
    expect(prices).toMatchObject({ value: { market: 'DE-LU', day: '2026-03-29', hours } })
    expect(contract).toMatchObject({
      value: { counterparty: 'Helios', text: expect.stringContaining('48.20 EUR/MWh') as string },
    })
  })

  test('Bob sets an alert, is denied a higher one in words, and a tool that is not his is not there', async () => {
    const [set, denied, unknown] = await visit('bob', [alert(400), alert(900), LOAD])
    expect(set).toMatchObject({ value: { market: 'DE-LU', threshold: 400 } })
    expect(denied).toMatchObject({ refused: expect.stringMatching(DENIED) as string })
    expect(unknown).toMatchObject({ refused: expect.stringMatching(hidden) as string })
  })
})

describe.each([
  ['legacy', 'no access token was sent'],
  ['modern', 'the server requires authorization (HTTP 401)'],
])('the exit codes of the Inspector, %s', (era, unauthorized) => {
  const run = (call: Call, more: readonly string[]) =>
    inspect(packages, world.facts.mcpUrl, setDesk(join(folder, `exits-${era}`), 'bob'), call, [
      '--protocol-era',
      era,
      '--stored-auth-only',
      ...more,
    ])
  const bearer = async () => {
    const { issuer, mcpUrl: resource } = world.facts
    const wanted = { issuer, username: 'bob', password: 'bob-sample', resource }
    return ['--header', `Authorization: Bearer ${(await obtainTokens(wanted)).accessToken}`]
  }

  test('3 without a token', async () => {
    expect(await run(PRICES, [])).toMatchObject({
      code: 3,
      shown: { refused: expect.stringContaining(unauthorized) as string },
    })
  })
  test('0 for a call that is allowed', async () => {
    expect((await run(PRICES, await bearer())).code).toBe(0)
  })
  test('5 for one that is denied', async () => {
    expect((await run(alert(900), await bearer())).code).toBe(5)
  })
})
