import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMarketServer } from '@sallyport/sample/market-server/market-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sallyport } from './world/test-terminal.ts'
import { startToyServer } from './world/toy-server.ts'
import type { ToyServer } from './world/toy-server.ts'

let folder: string
let server: ToyServer
let guarded: ToyServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-cli-'))
  server = await startToyServer()
  guarded = await startToyServer({ accepts: (token) => token === 'good' })
})
afterAll(async () => {
  await server.close()
  await guarded.close()
  await rm(folder, { recursive: true })
})

const environment = () => ({ XDG_CONFIG_HOME: folder })
const run = (words: readonly string[], input?: string) =>
  sallyport(words, { environment: environment(), ...(input === undefined ? {} : { input }) })

test('MCP tools/list: all pages are listed, with the name of the server on standard error', async () => {
  const { code, out, note } = await run(['tools', server.url])
  expect(code).toBe(0)
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(['echo', 'slow', 'fails', 'denied', 'hostile'])
  expect(note).toMatch(/^Toy: 5 tools\nThey cost a model about \d+ tokens \(an estimate\)\.\n$/)
})

test('P-08: no escape of a server reaches the terminal in a list', async () => {
  const { out } = await run(['tools', server.url])
  expect(out).toContain('Gives back what it got')
  expect(out + (await run(['tools', server.url, '--json'])).out).not.toContain('\u001b')
})

test('MCP tools/list: --json prints the definitions as the server sent them', async () => {
  const { out } = await run(['tools', server.url, '--json'])
  const { tools, cost } = JSON.parse(out) as {
    tools: { name: string; description?: string }[]
    cost: { bytes: number; tokens: number }
  }
  expect(tools).toHaveLength(5)
  expect(cost.tokens).toBe(Math.ceil(cost.bytes / 4))
  expect(tools[0]?.description).toBe('Gives back\u001b[2J what it got')
})

test('SEP-2243: every request mirrors version, method, name and declared arguments', async () => {
  await run(['call', server.url, 'echo', '--arg', 'text=grüße', '--arg', 'amount=1.10'])
  const call = server.seen.at(-1)
  expect(call?.headers).toMatchObject({
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'echo',
    'mcp-param-text': `=?base64?${Buffer.from('grüße').toString('base64')}?=`,
    accept: 'application/json, text/event-stream',
  })
  expect(call?.headers).not.toHaveProperty('authorization')
  expect(JSON.parse(call?.body ?? '')).toMatchObject({
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  })
})

test('M-28: numbers travel as they were written, in both directions', async () => {
  const big = '12345678901234567.89'
  const { out } = await run(['call', server.url, 'echo', '--arg', `amount=${big}`, '--json'])
  expect(server.seen.at(-1)?.body).toContain(`"amount":${big}`)
  expect(out).toContain('"big":9007199254740993,"price":1.10,"tiny":1e-400')
  const people = await run(['call', server.url, 'echo'])
  expect(people.out).toContain('"price": 1.10')
})

test('arguments are read in the type that the tool declares', async () => {
  await run(['call', server.url, 'echo', '--arg', 'text=12', '--arg', 'on=true', '--arg', 'x=[1]'])
  expect(JSON.parse(server.seen.at(-1)?.body ?? '')).toMatchObject({
    params: { arguments: { text: '12', on: true, x: [1] } },
  })
  const wrong = await run(['call', server.url, 'echo', '--arg', 'on=perhaps'])
  expect(wrong.code).toBe(64)
  expect(wrong.note).toContain('`on` must be of type boolean, not `perhaps`')
})

test('arguments come from a file or from standard input, single ones on top', async () => {
  const file = join(folder, 'arguments.json')
  await writeFile(file, '{"text":"a","amount":1.50}')
  await run(['call', server.url, 'echo', '--args-file', file, '--arg', 'text=b'])
  expect(server.seen.at(-1)?.body).toContain('"arguments":{"text":"b","amount":1.50}')
  await run(['call', server.url, 'echo', '--args-file', '-'], '{"text":"c"}')
  expect(server.seen.at(-1)?.body).toContain('"arguments":{"text":"c"}')
  expect((await run(['call', server.url, 'echo', '--args-file', '-'], '[]')).code).toBe(64)
  expect((await run(['call', server.url, 'echo', '--args-file', join(folder, 'no')])).code).toBe(66)
  // Before anybody is asked to sign in: nothing listens there.
  const nobody = ['call', 'http://127.0.0.1:1/mcp', 'echo']
  expect((await run([...nobody, '--arg', 'nonsense'])).code).toBe(64)
  const twice = await run([...nobody, '--arg', 'text=a', '--arg', 'text=b'])
  expect([twice.code, twice.note]).toEqual([64, expect.stringContaining('`text` is given twice')])
})

test('MCP progress: events of a stream are shown on standard error, the result on standard output', async () => {
  const { code, out, note } = await run(['call', server.url, 'slow'])
  expect({ code, out, note }).toEqual({ code: 0, out: 'done\n', note: '1/2 step 1\n2/2 step 2\n' })
})

test.each([
  ['fails', 2, 'the tool failed'],
  ['denied', 3, 'denied (authorize.denied)\n  request: r-2'],
  [
    'unknown',
    3,
    'there is no such tool\n  fix: list the tools\n  code: authorize.no_such_tool\n  request: r-1',
  ],
])('a call to `%s` ends with %i', async (tool, code, words) => {
  const ran = await run(['call', server.url, tool])
  expect(ran.code).toBe(code)
  expect(ran.note).toContain(words)
})

test('an answer that breaks off: nobody knows whether the tool acted, and that is said', async () => {
  const { code, note } = await run(['call', server.url, 'breaks'])
  expect(code).toBe(69)
  expect(note).toContain('whether the tool acted is not known')
})

test('P-08: text of a tool cannot move the cursor, set a link, reorder or overwrite the line', async () => {
  const { out } = await run(['call', server.url, 'hostile'])
  expect(out).toBe('abcdef\n[image]\n')
  const { out: json } = await run(['call', server.url, 'hostile', '--json'])
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  expect(json).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
})

test('RFC 6750 §3: a 401 says how to sign in, and ends with 77', async () => {
  const { code, note } = await run(['tools', guarded.url])
  expect(code).toBe(77)
  expect(note).toContain(`fix: sallyport login ${guarded.url}`)
})

test('RFC 6750 §3.1: a 403 for want of scope says how to ask for it, and nothing that a shell would run', async () => {
  const { code, note } = await run(['call', server.url, 'more'])
  expect(code).toBe(77)
  expect(note).toContain(String.raw`fix: sallyport login ${server.url} --scope 'a '\''$(id)'\'''`)
})

test('P-07: a token comes by file, and a refused one is not repeated', async () => {
  const file = join(folder, 'token')
  await writeFile(file, 'good\n')
  expect((await run(['tools', guarded.url, '--token-file', file])).code).toBe(0)
  await writeFile(file, 'canary-token')
  const refused = await run(['tools', guarded.url, '--token-file', file])
  expect(refused.code).toBe(77)
  expect(refused.note).toContain('no longer good')
  expect(refused.note).not.toContain('canary')
  expect((await run(['tools', guarded.url, '--token-file', join(folder, 'no')])).code).toBe(66)
})

test.each([
  ['ftp://h/mcp', 64],
  ['http://gate.acme.example/mcp', 64],
  ['https://u:p@h/mcp', 64],
  ['nonsense', 64],
  ['http://127.0.0.1:1/mcp', 69],
])('`%s` ends with %i', async (url, code) => {
  expect((await run(['tools', url])).code).toBe(code)
})

test('P-08: words of an HTTP error are stripped, too', async () => {
  const { code, note } = await run(['tools', server.url.replace('/mcp', '/other')])
  expect(code).toBe(76)
  expect(note).toContain('answered 404: nothing here')
  expect(note).not.toContain('\u001b')
})

test('--json: an error is one JSON line on standard error, and standard output stays empty', async () => {
  const { out, note } = await run(['tools', guarded.url, '--json'])
  expect(out).toBe('')
  expect(JSON.parse(note)).toMatchObject({
    error: { message: 'the server asks for a sign-in', fix: `sallyport login ${guarded.url}` },
  })
})

test('an interrupted call closes the exchange, which cancels it, and ends with 130', async () => {
  const interruption = new AbortController()
  const calling = sallyport(['call', server.url, 'hangs'], {
    environment: environment(),
    interrupted: interruption.signal,
  })
  const before = server.seen.length
  while (!server.seen.slice(before).some(({ body }) => body.includes('"hangs"'))) {
    await new Promise((resolve) => void setTimeout(resolve, 5))
  }
  interruption.abort()
  expect(await calling).toEqual({ code: 130, out: '', note: '' })
})

test('tools and call leave nothing behind where nobody signed in', async () => {
  await expect(readFile(join(folder, 'sallyport', 'sign-ins.json'))).rejects.toThrow('ENOENT')
})

test('MCP 2026-07-28: a server that the SDK serves is discovered, listed and called', async () => {
  const market = await startMarketServer({ forecastStepMs: 1 })
  const day = ['--arg', 'market=DE-LU', '--arg', 'day=2026-03-29']
  const listed = await run(['tools', market.url])
  const called = await run(['call', market.url, 'get_prices', ...day, '--json'])
  const streamed = await run(['call', market.url, 'forecast_load', ...day, '--arg', 'days=2'])
  await market.stop()
  expect(listed.out).toContain('get_prices')
  expect(JSON.parse(called.out)).toMatchObject({ structuredContent: { unit: 'EUR/MWh' } })
  expect(called.note).toBe('')
  expect(streamed.note).toMatch(/^1\/2 .*\n2\/2 .*\n$/)
})
