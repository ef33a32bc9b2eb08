// Every command of the documentation is run, every configuration in it is loaded, every policy is validated, every
// piece of TypeScript is compiled, every link is followed. How a page marks what it expects: page.ts.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { TOOL_DEFINITIONS } from '@sallyport/sample/market-server/tool-definitions.ts'
import { COMMANDS } from '../../cli/src/commands.ts'
import { parseConfig } from '../../gateway/src/config/load.ts'
import type { JsonObject } from '../../gateway/src/json/value.ts'
import {
  catalogue,
  findingsOf,
  tool,
  unloaded,
  loadInto,
} from '../../gateway/test/authorize/world.ts'
import { compile } from './compile.ts'
import { pageOf, readPage, readPages, ROOT, type Fence } from './page.ts'
import { play } from './play.ts'

/** For a page as a whole, on a machine that is busy with other tests. */
const PATIENCE_MS = 180_000

/** Of the documents server of the sample. */
const OFFERED = [
  tool('documents___prompt:summarise_document', texts('id'), { kind: 'prompt' }),
  tool('documents___resource:read', { ...texts('uri'), required: ['uri'] }, { kind: 'resource' }),
]
function texts(name: string): JsonObject {
  return { type: 'object', properties: { [name]: { type: 'string' } } }
}

const pages = readPages()
const fencesOf = (language: string): readonly (readonly [string, Fence])[] =>
  pages.flatMap(({ fences }) =>
    fences
      .filter((fence) => fence.language === language)
      .map((fence) => [fence.place, fence] as const),
  )

describe.concurrent('what a reader does', () => {
  const played = pages.filter(({ fences }) => fences.some(({ language }) => language === 'sh'))

  test.for(played.map((page) => [page.name, page] as const))(
    '%s: every command does what the page says',
    { timeout: PATIENCE_MS },
    async ([, page], { expect }) => {
      const commands = page.fences.filter(({ language }) => language === 'sh')
      expect(await play(page)).toBe(commands.length)
    },
  )

  test.for([
    [
      'a command that fails',
      '```sh\nnpx sallyport no-such-command\n```',
      'ended with 64, not with 0',
    ],
    ['a command that does not fail', '```sh exit=3\ntrue\n```', 'ended with 0, not with 3'],
    ['output that differs', '```sh\necho one\n```\n\n```text shows\ntwo\n```', '`two` is not in'],
    ['a service that ends', '```sh background until="up"\ntrue\n```', 'ended by itself with 0'],
    ['a file among the sources', '```yaml file=docs/x.yaml\na: 1\n```', 'into the repository'],
  ] as const)('%s fails the page', async ([, text, reason], { expect }) => {
    await expect(play(pageOf('made up', text))).rejects.toThrow(reason)
  })
})

describe('what a reader copies', () => {
  test.for(fencesOf('yaml'))('%s is a configuration, or a part of one', ([, { text }]) => {
    const loaded = parseConfig(completed(text), '/etc/sallyport/sallyport.yaml', {})
    expect('problems' in loaded ? loaded.problems : []).toEqual([])
  })

  // Policies for a server of the reader's own are loaded by the gateway that the page starts.
  const namesMarket = (text: string) => /"(market___\w+|CallTool|documents___[\w:]+)"/.test(text)
  const forMarket = fencesOf('cedar').filter(([, { text }]) => namesMarket(text))
  test.for(forMarket)('%s is valid for the tools of the sample', async ([, { text }]) => {
    const tools = TOOL_DEFINITIONS.map(({ name, inputSchema }) =>
      tool(`market___${name}`, inputSchema as JsonObject),
    )
    const offered = [...tools, ...OFFERED]
    const loaded = await loadInto(unloaded(), [{ file: 'page.cedar', text }], catalogue(offered))
    expect(findingsOf(loaded)).toEqual([])
  })

  test('every fence of cedar names tools of the sample, or is saved and loaded by a gateway', () => {
    const unchecked = fencesOf('cedar').filter(
      ([, { text, words }]) => !namesMarket(text) && !words.has('file'),
    )
    expect(unchecked.map(([place]) => place)).toEqual([])
  })

  test('every fence of TypeScript compiles where the page says that it belongs', () => {
    const fences = fencesOf('ts').map(([, fence]) => fence)
    expect(compile(fences)).toBe('')
  })
})

describe('what a page names', () => {
  const documents = [
    ...pages,
    ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'].map((name) =>
      readPage(join(ROOT, name)),
    ),
  ]
  const named = documents.map((page) => [page.name, page] as const)

  test.for(named)('%s: every link to a file leads to one', ([name, { text }]) => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(
      ([, path = '']) => path,
    )
    const missing = links.filter((path) => !existsSync(resolve(ROOT, dirname(name), path)))
    expect(missing).toEqual([])
  })

  test.for(named)('%s: every npm command is a script of package.json', ([, { text }]) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    const asked = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)]
    const missing = asked
      .map(([, run, own]) => run ?? own ?? '')
      .filter((script) => !(script in scripts))
    expect(missing).toEqual([])
  })

  test.for(named)('%s: every `sallyport` command in a sentence exists', ([, { text }]) => {
    const known = new Set(COMMANDS.map(({ words }) => words.join(' ')))
    const asked = [...text.matchAll(/`(?:npx )?sallyport ([a-z-]+)(?: ([a-z-]+))?/g)]
    const missing = asked.filter(
      ([, one = '', two = '']) => !known.has(one) && !known.has(`${one} ${two}`),
    )
    expect(missing.map(([words]) => words)).toEqual([])
  })

  test('README.md: its two commands install first, and are scripts of package.json', () => {
    const { fences } = readPage(join(ROOT, 'README.md'))
    const commands = fences
      .filter(({ language }) => language === 'sh')
      .map(({ text }) => text.trim())
    expect(commands).toEqual(['npm ci && npm run demo', 'npm ci && npm test'])
  })
})

/** A whole configuration as it is; of a part, the rest beside it. */
function completed(part: string): string {
  const rest: Readonly<Record<string, string>> = {
    publicUrl: 'publicUrl: https://gate.acme.example',
    authorization:
      'authorization: { mode: external, issuers: [{ issuer: https://login.acme.example, profile: rfc9068, tags: { groups: groups } }] }',
    policies: 'policies: { folder: ./policies }',
    targets: 'targets: { market: { kind: mcp, url: https://market.acme.example/mcp } }',
  }
  const missing = Object.entries(rest).filter(([name]) => !new RegExp(`^${name}:`, 'm').test(part))
  return [part, ...missing.map(([, line]) => line)].join('\n')
}
