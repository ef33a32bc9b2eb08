import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signInAs } from './world/browser.ts'
import { sallyport, testTerminal } from './world/test-terminal.ts'
import type { TestTerminal, TestTerminalOptions } from './world/test-terminal.ts'
import { run as runCommand } from '../src/run.ts'

type DevData = {
  readonly mcpUrl: string
  readonly issuer: string
  readonly operationsUrl: string
  readonly configFile: string
  readonly allowedCall: string
  readonly deniedCall: string
  readonly people: readonly { readonly username: string; readonly password: string }[]
}

let folder: string
let world: DevData
let terminal: TestTerminal
let ended: Promise<number>
const interruption = new AbortController()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-dev-test-'))
  terminal = testTerminal({ interrupted: interruption.signal, environment: {} })
  ended = runCommand(['dev', '--folder', folder, '--port', '0', '--json'], terminal)
  await Promise.race([ended, printed(() => terminal.printed.out.endsWith('\n'))])
  world = JSON.parse(terminal.printed.out) as DevData
  for (const username of ['alice', 'bob']) {
    const { code, note } = await as(username)(['login', world.mcpUrl])
    if (code !== 0) throw new Error(note)
  }
}, 60_000)
afterAll(async () => {
  interruption.abort()
  const code = await ended
  if (code !== 0) throw new Error(terminal.printed.note)
  await rm(folder, { recursive: true })
}, 60_000)

/** Resolves once `seen` holds; whoever waits in vain runs into the time of the test. */
async function printed(seen: () => boolean): Promise<void> {
  while (!seen()) await new Promise((resolve) => void setTimeout(resolve, 20))
}

const as =
  (username: string) =>
  (words: readonly string[], options: TestTerminalOptions = {}) =>
    sallyport(words, {
      environment: { XDG_CONFIG_HOME: join(folder, username) },
      browse: (url) => void signInAs({ username, password: `${username}-sample` }, url),
      ...options,
    })

/** The words of a command as it is printed, without the program. */
const words = (line: string) => line.split(' ').slice(2)
const operator = (line: readonly string[], options: TestTerminalOptions = {}) =>
  sallyport([...line, '--config', world.configFile], options)

test('ux §1: the allowed call that dev prints is allowed, the denied one is denied', async () => {
  const bob = as('bob')
  const allowed = await bob(words(world.allowedCall))
  expect(allowed.code).toBe(0)
  expect(allowed.out).toContain('EUR/MWh')
  const denied = await bob(words(world.deniedCall))
  expect(denied.code).toBe(3)
  expect(denied.note).toContain('denied (authorize.denied)')
})

test('P-03, ux §4: three people see different lists, and a hidden tool is an unknown one', async () => {
  const alice = as('alice')
  const names = async (person: ReturnType<typeof as>) => {
    const { tools } = JSON.parse((await person(['tools', world.mcpUrl, '--json'])).out) as {
      tools: { name: string }[]
    }
    return tools.map(({ name }) => name)
  }
  expect(await names(alice)).toContain('market___get_load')
  expect(await names(alice)).not.toContain('market___set_price_alert')
  expect(await names(as('bob'))).toContain('market___set_price_alert')
  const hidden = await alice(words(world.deniedCall))
  expect(hidden.code).toBe(3)
  expect(hidden.note).toContain('authorize.no_such_tool')
})

test('MCP progress passes the gateway', async () => {
  const { code, note } = await as('alice')([
    'call',
    world.mcpUrl,
    'market___forecast_load',
    '--arg',
    'market=GB',
    '--arg',
    'day=2026-03-29',
    '--arg',
    'days=2',
  ])
  expect(code).toBe(0)
  expect(note).toContain('/2')
})

test('policy-audit §1.4: policy explain names file and line, and what would change the answer', async () => {
  const args = '{"market":"DE-LU","direction":"above","threshold":900}'
  const line = ['policy', 'explain', '--user', 'bob', '--tool', 'market___set_price_alert']
  await as('bob')(['tools', world.mcpUrl])
  const { code, out } = await operator([...line, '--args', args])
  expect(code).toBe(0)
  expect(out).toContain('deny (authorize.denied)')
  expect(out).toMatch(/market\.cedar:\d+/)
  expect(out).toContain('what would change it')
  const json = await operator([...line, '--args', args, '--json'])
  expect(JSON.parse(json.out)).toMatchObject({ decision: 'deny', code: 'authorize.denied' })
})

test('policy explain: nobody who has not called is known, anybody can be spelled out', async () => {
  const line = ['policy', 'explain', '--tool', 'market___get_prices']
  const unknown = await operator([...line, '--user', 'zoe'])
  expect(unknown.code).toBe(64)
  expect(unknown.note).toContain('`zoe`')
  expect((await operator(line)).code).toBe(64)
  const principal = { kind: 'person', subject: 'zoe', clientId: 'c', tags: { tenant: 'acme' } }
  const { out } = await operator([...line, '--principal-file', '-', '--json', '--args', DAY], {
    input: JSON.stringify(principal),
  })
  expect(JSON.parse(out)).toMatchObject({ decision: 'allow', visible: true })
})

const DAY = '{"market":"DE-LU","day":"2026-03-29"}'

test('ux §4: why shows what happened to a request that was denied', async () => {
  const denied = await as('bob')([...words(world.deniedCall)])
  const id = /request: (\S+)/.exec(denied.note)?.[1] ?? ''
  const { code, out } = await operator(['why', id])
  expect(code).toBe(0)
  expect(out).toContain('refused authorize.denied')
  expect(out).toContain('market___set_price_alert')
  expect((await operator(['why', 'nonsense'])).code).toBe(66)
  expect((await operator(['why', '../status'])).code).toBe(64)
})

test('tail shows decisions as they are recorded, and ends when it is interrupted', async () => {
  const stop = new AbortController()
  const watching = testTerminal({ interrupted: stop.signal })
  const watched = runCommand(['tail', '--config', world.configFile], watching)
  const calling = as('bob')(words(world.allowedCall))
  await printed(() => / permitted  market___get_prices /.test(watching.printed.out))
  await calling
  stop.abort()
  expect(await watched).toBe(0)
})

test('config check and show read what dev wrote', async () => {
  const checked = await operator(['config', 'check'])
  expect(checked.code).toBe(0)
  expect(checked.note).toContain('relaxed: targets.market.allowInsecureTarget')
  expect((await operator(['config', 'show'])).out).toContain(world.mcpUrl.replace('/mcp', ''))
})

test('ux §1: what dev tells is complete: people, address, listeners on loopback, a log of its own', async () => {
  expect(world.people.map(({ username }) => username)).toEqual([
    'alice',
    'bob',
    'carol',
    'dan',
    'erin',
  ])
  for (const url of [world.mcpUrl, world.issuer, world.operationsUrl]) {
    expect(new URL(url).hostname).toBe('127.0.0.1')
  }
  expect(await readFile(join(folder, 'gateway.log'), 'utf8')).toContain('the gateway is ready')
  expect((await stat(join(folder, 'state', 'admin.sock'))).mode & 0o777).toBe(0o600)
})

test('revoke asks, refuses to guess, and takes effect on the next call', async () => {
  const alone = ['revoke', '--user', 'bob']
  expect((await operator(alone, { answers: ['n'] })).note).toBe('Nothing was revoked.\n')
  expect((await operator([...alone, '--no-input'])).code).toBe(64)
  expect((await operator(['revoke', '--yes'])).code).toBe(64)
  expect((await operator([...alone, '--session', 'x', '--yes'])).code).toBe(64)
  expect((await as('bob')(words(world.allowedCall))).code).toBe(0)
  const misspelt = await operator(['revoke', '--user', 'bbo', '--yes'])
  expect(misspelt.note).toContain('nobody of that name has called')

  const revoked = await operator([...alone, '--reason', 'test'], { answers: ['yes'] })
  expect(revoked.note).toBe('Revoked person `bob`.\n')
  const token = await stored('bob')
  const response = await fetch(world.mcpUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ code: 'identify.token_revoked' })
})

async function stored(username: string): Promise<string> {
  const file = join(folder, username, 'sallyport', 'sign-ins.json')
  const { grants } = JSON.parse(await readFile(file, 'utf8')) as {
    grants: { accessToken: string }[]
  }
  return grants[0]?.accessToken ?? ''
}

test('audit verify holds on the log of a running gateway, and finds a flipped byte in a copy', async () => {
  const { code, out } = await operator(['audit', 'verify'])
  expect({ code, out }).toMatchObject({ code: 0 })
  expect(out).toContain('the log holds')
  const { cp, readdir, writeFile } = await import('node:fs/promises')
  const copy = join(folder, 'copy')
  await cp(join(folder, 'state', 'audit'), copy, { recursive: true })
  const [name = ''] = (await readdir(copy)).filter((file) => /^[^.]+\.jsonl$/.test(file))
  const text = await readFile(join(copy, name), 'utf8')
  await writeFile(join(copy, name), text.replace('"kind":"boot"', '"kind":"boat"'))
  const broken = await sallyport(['audit', 'verify', copy, '--json'])
  expect(broken.code).toBe(65)
  expect(JSON.parse(broken.out)).toMatchObject({ ok: false })
})

test('without a gateway its commands say how to start it, and end with 69', async () => {
  const { code, note } = await sallyport(['tail', '--state-folder', join(folder, 'nowhere')])
  expect(code).toBe(69)
  expect(note).toContain('sallyport serve')
})
