import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startToyServer } from './world/toy-server.ts'
import type { ToyServer } from './world/toy-server.ts'

const ENTRY = fileURLToPath(new URL('../src/sallyport.js', import.meta.url))
let server: ToyServer
let folder: string

beforeAll(async () => {
  server = await startToyServer()
  folder = await mkdtemp(join(tmpdir(), 'sallyport-process-'))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

/** The command as a process of its own, as a person starts it. */
async function start(words: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [ENTRY, ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], XDG_CONFIG_HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, note, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { code, out, note }
}

test('the exit code of the process is the documented one', async () => {
  expect(await start(['call', server.url, 'denied'])).toMatchObject({ code: 3 })
  expect(await start(['logn'])).toMatchObject({ code: 64, out: '' })
})

test('NO_COLOR: no colour is written, though FORCE_COLOR alone brings it', async () => {
  const plain = await start(['call', server.url, 'denied'], { NO_COLOR: '1' })
  expect(plain.note).not.toContain('\u001b[')
  const colored = await start(['call', server.url, 'denied'], { FORCE_COLOR: '1' })
  expect(colored.note).toContain('\u001b[31mdenied')
})

test('a configuration with problems ends with 78, all of them named', async () => {
  await writeFile(join(folder, 'sallyport.yaml'), 'publicUrl: x\nnonsense: 1\n')
  for (const words of [['config', 'check'], ['config', 'show'], ['serve'], ['tail']]) {
    const { code, out, note } = await start(words)
    expect({ words, code }).toEqual({ words, code: 78 })
    expect(out + note).toContain('config.unknown_key')
    expect(out + note).toContain('config.missing')
  }
})

test('config schema is the schema that the gateway uses', async () => {
  const { out } = await start(['config', 'schema', '--json'])
  expect(JSON.parse(out)).toMatchObject({ type: 'object', additionalProperties: false })
})
