// No text becomes code in the gateway: `sallyport serve` runs as a process to which V8 refuses it, its threads and the
// processes that it starts among them. Nothing of ours asks for it either. Shown on the command itself, from the outside
// by its arguments and from the inside by a probe that is loaded into it.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../docs/page.ts'
import { startProcessWorld, type ProcessWorld } from '../promises/process-world.ts'

const FLAG = '--disallow-code-generation-from-strings'
const ENTRY = join(ROOT, 'cli/src/sallyport.js')

/** Told by each process and thread of the gateway that loads it: where it is, and what V8 says to every way. */
const PROBE = `
import { appendFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
const ways = {
  eval: () => (0, eval)('1'),
  Function: () => new Function('return 1')(),
  constructor: () => [].constructor.constructor('return 1')(),
  AsyncFunction: () => (async () => {}).constructor('return 1')(),
  GeneratorFunction: () => (function* () {}).constructor('yield 1')(),
}
const possible = Object.keys(ways).filter((way) => {
  try { ways[way](); return true } catch { return false }
})
const again = process.execArgv.includes(${JSON.stringify(FLAG)})
appendFileSync(process.env.PROBE_FILE, JSON.stringify({ pid: process.pid, isMainThread, again, possible }) + '\\n')
`

type Told = {
  readonly pid: number
  readonly isMainThread: boolean
  /** It is the process that began again. */
  readonly again: boolean
  readonly possible: readonly string[]
}

let world: ProcessWorld
let gateway: ChildProcess
let told: readonly Told[] = []
beforeAll(async () => {
  world = await startProcessWorld()
  const probe = join(world.folder, 'probe.mjs')
  const file = join(world.folder, 'probed.jsonl')
  writeFileSync(probe, PROBE)
  writeFileSync(file, '')
  gateway = spawn(process.execPath, [ENTRY, 'serve', '--config', world.configFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import ${probe}`, PROBE_FILE: file },
  })
  let said = ''
  for await (const chunk of gateway.stderr ?? []) {
    said += String(chunk)
    if (said.includes('listens on port')) break
  }
  expect(said).toContain('listens on port')
  told = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told)
})
afterAll(async () => {
  if (gateway.exitCode === null && gateway.signalCode === null) {
    const ended = once(gateway, 'exit')
    gateway.kill('SIGKILL')
    await ended
  }
  await world.stop()
})

test('S-07 code from strings: `serve` begins again with the flag, as the same process', () => {
  const args = readFileSync(`/proc/${gateway.pid}/cmdline`, 'utf8').split('\0')
  expect(args).toContain(FLAG)
  expect(args.indexOf(FLAG)).toBeLessThan(args.findIndex((arg) => arg.endsWith('sallyport.js')))
  expect(told.filter(({ again }) => again).map(({ pid }) => pid)).toContain(gateway.pid)
})

test('S-07 code from strings: in the process and in its threads every way to it is refused', () => {
  const inside = told.filter(({ again }) => again)
  expect(inside.some(({ isMainThread }) => isMainThread)).toBe(true)
  expect(inside.flatMap(({ possible }) => possible)).toEqual([])
})

test('S-07 code from strings: processes that the gateway starts have the flag as well', () => {
  const worker = readFileSync(join(ROOT, 'gateway/src/system/worker.ts'), 'utf8')
  expect(worker).toContain(`'${FLAG}'`)
  expect(worker).toMatch(/execArgv: \[[^\]]*NO_CODE_FROM_STRINGS/)
})

test('S-07 code from strings: nothing of ours asks for it, and nothing runs code in a context of its own', () => {
  const files = globSync(['gateway/src/**/*.ts', 'cli/src/**/*.{ts,js}'], { cwd: ROOT })
  expect(files.length).toBeGreaterThan(300)
  const asking = files.filter((file) =>
    ASKS.some((pattern) => pattern.test(readFileSync(join(ROOT, file), 'utf8'))),
  )
  expect(asking).toEqual([])
  for (const text of ['eval("1")', 'new Function("a")', "from 'node:vm'", 'x.runInContext(y)'])
    expect([text, ASKS.some((pattern) => pattern.test(text))]).toEqual([text, true])
})

const ASKS = [
  /\beval\s*\(/,
  /\bnew\s+(?:Async|Generator|AsyncGenerator)?Function\b/,
  /\bFunction\s*\(/,
  /['"](?:node:)?vm['"]/,
  /\brunIn(?:This|New)?Context\b/,
]

test('S-07 control: the gateway serves calls so, and refuses a bad token', async () => {
  const call = { method: 'tools/call', params: { name: 'echo', arguments: { text: 'hello' } } }
  expect((await world.call(call)).status).toBe(200)
  expect((await world.call({ ...call, token: 'a.b.c' })).status).toBe(401)
})

test('S-07 control: the probe sees what is possible where the flag is not set', () => {
  const before = told.find(({ again }) => !again)
  expect(before?.possible).toEqual([
    'eval',
    'Function',
    'constructor',
    'AsyncFunction',
    'GeneratorFunction',
  ])
})
