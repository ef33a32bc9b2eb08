import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { GOOD } from './sample-config.ts'

const source = (path: string): string =>
  JSON.stringify(new URL(`../../src/${path}`, import.meta.url))

// A process of its own: freezing what every object inherits from is not taken back. Frozen after the imports:
// some dependencies assign methods of that name to prototypes of their own while they load.
const script = `
import { readFileSync } from 'node:fs'
const { parseConfig } = await import(${source('config/load.ts')})
const { showConfig } = await import(${source('config/show.ts')})
const { renderProblems } = await import(${source('config/render-problems.ts')})
const { createLog } = await import(${source('observe/log.ts')})
Object.freeze(Object.prototype); Object.freeze(Array.prototype); Object.freeze(Function.prototype)
const text = readFileSync(0, 'utf8')
const read = (text) => parseConfig(text, '/etc/sallyport.yaml', { PORT: '1' })
const good = read(text)
const bad = read(text + '__proto__: { polluted: true }\\nconstructor: { prototype: { polluted: true } }\\n')
const lines = []
createLog({ level: 'info', stream: { write: (line) => lines.push(line) } })
  .info(JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "toString": 2}'), 'x')
console.log(JSON.stringify({
  good: 'config' in good && showConfig(good.config).length > 0,
  bad: bad.problems.map(({ code }) => code),
  rendered: renderProblems(bad.problems, false).length > 0,
  logged: lines.length,
  polluted: {}.polluted === true,
}))
`

test('P-06: configuration and log work with a frozen Object.prototype, and pollute nothing', async () => {
  const running = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  })
  running.child.stdin?.end(GOOD)
  const { stdout } = await running
  expect(JSON.parse(stdout)).toEqual({
    good: true,
    bad: ['config.reserved_key', 'config.reserved_key'],
    rendered: true,
    logged: 1,
    polluted: false,
  })
})
