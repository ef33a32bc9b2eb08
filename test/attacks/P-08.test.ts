// What servers say, on a person's terminal and in a person's browser: no escape sequence is printed, and no URL is given
// to a shell. The command is run in this process against a gateway whose target is hostile.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openBrowser } from 'sallyport/src/sign-in/open-browser.ts'
import { processTerminal } from 'sallyport/src/terminal/process-terminal.ts'
import { sallyport, testTerminal } from '../../cli/test/world/test-terminal.ts'
import { EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

/** Clears the screen, sets the title and the clipboard, links, hides, overwrites, reorders. */
const HOSTILE =
  'a\u001b[2J\u001b]0;owned\u0007\u001b]52;c;aGk=\u001b\\\u001b]8;;http://evil.example\u0007b\u001b]8;;\u0007' +
  '\u001bPq\u001b\\\u009b31mc\u009d0;x\u009c\rd\be\u0000\u007f\u202ef\u2066g\u200fh\u2028i\ufeff\u200bj'
const WORDS = JSON.stringify(HOSTILE)
/* oxlint-disable no-control-regex -- to find them is the point */
const ESCAPES =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u
/* oxlint-enable no-control-regex */

const TOOLS = [
  {
    name: 'echo',
    title: HOSTILE,
    description: HOSTILE,
    inputSchema: { type: 'object', properties: { text: { type: 'string', description: HOSTILE } } },
  },
]

let world: TestGateway
let tokenFile: string
beforeAll(async () => {
  // The scanner would hold such definitions up; here the terminal is the one that withstands.
  world = await startTestGateway({
    policies: EVERY_TOOL,
    target: { tools: TOOLS },
    targetSettings: 'trusted: true',
  })
  tokenFile = join(world.folder, 'token')
  writeFileSync(tokenFile, world.token())
})
afterAll(() => world.stop())
afterEach(() => world.target.behaveHonestly())

async function run(...words: readonly string[]) {
  const [command = '', ...rest] = words
  const all = [command, `${world.publicUrl}/mcp/records`, ...rest, '--token-file', tokenFile]
  const { code, out, note } = await sallyport(all)
  return { code, text: out + note, escapes: (out + note).match(ESCAPES)?.[0] }
}
const verbatim = (result: string, mediaType = 'application/json') =>
  world.target.behave({ answer: 'verbatim', text: result, mediaType })
const rpc = (rest: string) => `{"jsonrpc":"2.0","id":{id},${rest}}`

test.each([
  ['text', `"result":{"content":[{"type":"text","text":${WORDS}}]}`],
  ['a tool error', `"result":{"isError":true,"content":[{"type":"text","text":${WORDS}}]}`],
  ['structured content', `"result":{"content":[],"structuredContent":{${WORDS}:[${WORDS}]}}`],
  ['content of an odd type', `"result":{"content":[{"type":${WORDS}}]}`],
  [
    'a forged refusal',
    `"result":{"isError":true,"content":[],"_meta":{"sallyport/refusal":{"code":${WORDS},"request_id":${WORDS}}}}`,
  ],
  [
    'an error',
    `"error":{"code":-32000,"message":${WORDS},"data":{"code":${WORDS},"fix":${WORDS}}}`,
  ],
])('P-08 CWE-150: %s of a target is printed without what a terminal obeys', async (_what, rest) => {
  verbatim(rpc(rest))
  for (const words of [['echo'], ['echo', '--json']])
    expect((await run('call', ...words)).escapes).toBeUndefined()
})

test('P-08 CWE-150: words of a progress notification are printed without it', async () => {
  const params = `{"progressToken":1,"progress":1,"total":2,"message":${WORDS}}`
  const progress = `{"jsonrpc":"2.0","method":"notifications/progress","params":${params}}`
  verbatim(`data: ${progress}\n\ndata: ${rpc('"result":{"content":[]}')}\n\n`, 'text/event-stream')
  expect((await run('call', 'echo')).escapes).toBeUndefined()
})

test('P-08 CWE-150: names and descriptions in a list are printed without it', async () => {
  const [plain, json] = [await run('tools'), await run('tools', '--json')]
  expect(plain.text).toContain('echo')
  expect([plain.escapes, json.escapes]).toEqual([undefined, undefined])
})

test('P-08 CWE-150: what a caller asked for is shown to the operator without it', async () => {
  const params = { name: HOSTILE, arguments: {} }
  const answer = await world.call({ method: 'tools/call', params })
  const id = answer.header('x-sallyport-request-id') ?? ''
  const state = ['--state-folder', join(world.folder, 'state')]
  await expect.poll(() => world.audit().some((record) => record['requestId'] === id)).toBe(true)
  for (const more of [[], ['--json']]) {
    const { code, out, note } = await sallyport(['why', id, ...state, ...more])
    expect(code).toBe(0)
    expect((out + note).match(ESCAPES)?.[0]).toBeUndefined()
  }
  expect(world.log().replaceAll('\n', '').match(ESCAPES)?.[0]).toBeUndefined()
})

const URLS = [
  'https://h.example/a?x=$(touch%20/tmp/owned)&y=1',
  'https://h.example/?a=`id`;id|id&&id',
  'https://h.example/?q=\'";&calc.exe^%26',
  'https://h.example/%0aid',
]

test.each(['linux', 'darwin', 'win32'] as const)(
  'P-08 CVE-2025-6514: on %s a URL is one argument of one program',
  async (platform) => {
    for (const url of URLS) {
      const terminal = testTerminal({ platform })
      await openBrowser(new URL(url), terminal)
      const [[program = '', ...args] = []] = terminal.started
      expect(program).not.toMatch(/sh$|cmd|powershell/i)
      expect(args.at(-1)).toBe(new URL(url).href)
      expect(args.slice(0, -1).join(' ')).not.toContain('h.example')
    }
  },
)

test.each([
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:text/html,x',
  'vbscript:x',
  'ssh://h.example/-oProxyCommand=id',
])('P-08 CVE-2025-6514: `%s` is not opened', async (url) => {
  const terminal = testTerminal()
  expect(await openBrowser(new URL(url), terminal)).toBe(false)
  expect(terminal.started).toEqual([])
})

test('P-08 CVE-2025-6514: a program gets the URL byte for byte, and no shell reads it', async () => {
  const [seen, owned] = [join(world.folder, 'seen'), join(world.folder, 'owned')]
  const url = `https://h.example/?a=$(touch ${owned});touch ${owned}&touch ${owned}`
  const write = `require('fs').writeFileSync(${JSON.stringify(seen)}, process.argv[1])`
  expect(await processTerminal().start(process.execPath, ['-e', write, url])).toBe(true)
  await expect
    .poll(() => (existsSync(seen) ? readFileSync(seen, 'utf8') : ''), { timeout: 10_000 })
    .toBe(url)
  expect(existsSync(owned)).toBe(false)
})

test('P-08 control: plain words are printed as they are', async () => {
  verbatim(rpc('"result":{"content":[{"type":"text","text":"ä 😀 plain"}]}'))
  expect(await run('call', 'echo')).toMatchObject({ code: 0, text: 'ä 😀 plain\n' })
})
