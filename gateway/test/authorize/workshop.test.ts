import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { schemaOf } from '../../src/authorize/catalogue-schema.ts'
import { cedar } from '../../src/authorize/engine.ts'
import { createKeptSchemas, MADE_BY } from '../../src/authorize/kept-schemas.ts'
import {
  createWorkshop,
  workshop,
  type Generated,
  type ToolToGenerate,
} from '../../src/authorize/workshop.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { systemClock } from '../../src/system/clock.ts'
import {
  catalogue,
  files,
  identity,
  call,
  inThisThread,
  isPermitted,
  tool,
  unloaded,
} from './world.ts'

const TEXT = { type: 'object', properties: { a: { type: 'string' } } }

/** A worker that answers as the script in `onMessage` says. */
function scripted(onMessage: string): () => ChildProcess {
  const folder = mkdtempSync(join(tmpdir(), 'workshop-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'worker.cjs')
  writeFileSync(file, `process.on('message', (job) => { ${onMessage} })\nprocess.send('ready')`)
  return () =>
    fork(file, {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
}
const STUCK_ON_B = `if (job.tool?.name === 't___b') for (;;) {}
process.send({ result: { parts: '{}' } })`

describe('policy-audit §1.2: schemas are made beside the request thread', () => {
  test('what the worker makes is what this thread would make', async () => {
    const tools = [
      { name: 't___a', inputSchema: TEXT },
      { name: 't___b', inputSchema: { properties: { 'a-b': {} } } },
    ]
    const [here, there] = await Promise.all([
      inThisThread.generate(tools),
      workshop.generate(tools),
    ])
    expect(there[0]).toEqual({ parts: (here[0] as { parts: string }).parts })
    expect(there[1]).toEqual(here[1])
  })

  test('a large set is judged there, with the findings and policies of this thread', async () => {
    const texts = Array.from({ length: 200 }, (_, at) => {
      const limit = at === 150 ? '"x"' : at
      return `@id("p${at}")\npermit(principal, action == AgentCore::Action::"t___a", resource)\nwhen { context.input has n && context.input.n > ${limit} };`
    })
    const schema = { type: 'object', properties: { n: { type: 'integer' } } }
    const [made] = (await inThisThread.generate([{ name: 't___a', inputSchema: schema }])) as [
      { parts: string },
    ]
    const question = {
      files: files(texts.join('\n')),
      tools: [{ name: 't___a', parts: made.parts }],
      known: ['t___a'],
      neverDescribed: [],
      targets: [],
    }
    const there = await workshop.judge(question, cedar)
    expect(there).toEqual(await inThisThread.judge(question, cedar))
    expect(there.findings).toMatchObject([{ file: '1.cedar', line: 453, policy: '1.cedar#p150' }])
  })

  test('D-11: a tool that takes too long is quarantined, the rest load, and it is tried again', async () => {
    const stuck = createWorkshop({ start: scripted(STUCK_ON_B), perToolMs: 200 })
    const offered = catalogue([tool('t___a', TEXT), tool('t___b'), tool('t___c', TEXT)])
    const generate = async (tools: readonly ToolToGenerate[]) => {
      const real = await inThisThread.generate(tools)
      const answers = await stuck.generate(tools)
      return answers.map((made, at) => ('parts' in made ? (real[at] as Generated) : made))
    }
    const first = await schemaOf(offered, { generate })
    expect([...first.tools.keys()]).toEqual(['t___a', 't___c'])
    expect(first.quarantined.get('t___b')).toBe(
      'no policy schema can be made of its input schema: it took longer than 200 ms',
    )
    const asked: string[] = []
    await schemaOf(offered, {
      before: first.made,
      generate: (tools) => {
        asked.push(...tools.map(({ name }) => name))
        return inThisThread.generate(tools)
      },
    })
    expect(asked).toEqual(['t___b'])
  })

  test.each([
    ['that ends', `process.exit(3)`],
    ['that throws', `throw new Error('broken')`],
    ['that says so', `process.send({ failed: 'broken' })`],
  ])('a worker %s refuses the load; the last good state goes on', async (_how, script) => {
    const broken = createWorkshop({ start: scripted(script) })
    let from = inThisThread
    const authorize = unloaded(undefined, {
      generate: (tools) => from.generate(tools),
      judge: (question, engine) => from.judge(question, engine),
    })
    const permit = files('permit(principal, action, resource);')
    await authorize.load({ files: permit, catalogue: catalogue([tool('t___a', TEXT)]) })
    from = broken
    const wider = catalogue([tool('t___a', TEXT), tool('t___b', TEXT)])
    const refused = await authorize.load({ catalogue: wider })
    expect(refused).toMatchObject({
      loaded: false,
      findings: [{ text: expect.stringMatching(/\w/) }],
    })
    expect(isPermitted(call(authorize, identity('bob'), 't___a'))).toBe(true)
    from = inThisThread
    expect((await authorize.load({ catalogue: wider })).loaded).toBe(true)
    expect(isPermitted(call(authorize, identity('bob'), 't___b'))).toBe(true)
  })
})

describe('generated schemas are kept', () => {
  const store = () => createMemoryStore(systemClock)

  test('a second start generates nothing, another input schema is generated', async () => {
    const rows = store()
    const asked: string[] = []
    const generate: typeof inThisThread.generate = (tools) => {
      asked.push(...tools.map(({ name }) => name))
      return inThisThread.generate(tools)
    }
    const sources = () => ({ kept: createKeptSchemas(rows), generate })
    const offered = catalogue([tool('t___a', TEXT), tool('t___b', { properties: { 'a-b': {} } })])
    const first = await schemaOf(offered, sources())
    const second = await schemaOf(offered, sources())
    expect(second.tools).toEqual(first.tools)
    expect(second.version).toBe(first.version)
    expect(asked).toEqual(['t___a', 't___b', 't___b'])
    await schemaOf(catalogue([tool('t___a')]), sources())
    expect(asked).toHaveLength(4)
  })

  test('a store that is away costs a generation and no load', async () => {
    const away = () => Promise.reject(new Error('away'))
    const kept = createKeptSchemas({ get: away, put: away })
    const made = await schemaOf(catalogue([tool('t___a', TEXT)]), {
      kept,
      generate: inThisThread.generate,
    })
    expect([...made.tools.keys()]).toEqual(['t___a'])
  })

  test('a row that does not belong to the tool counts as none', async () => {
    const get = () => Promise.resolve({ value: '{}' } as never)
    const kept = createKeptSchemas({ get, put: () => Promise.resolve() })
    const made = await schemaOf(catalogue([tool('t___a', TEXT)]), {
      kept,
      generate: inThisThread.generate,
    })
    expect(made.quarantined.size).toBe(0)
  })

  test('the key names the versions that are installed', () => {
    const { dependencies } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { dependencies: Record<string, string> }
    for (const name of ['cedar-wasm', 'mcp-schema-generator-wasm']) {
      expect(MADE_BY).toContain(`${name} ${dependencies[`@cedar-policy/${name}`]},`)
    }
  })
})
