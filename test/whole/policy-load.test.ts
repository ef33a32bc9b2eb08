// What stands before a policy set decides anything, and what the gateway writes beside it (policy-audit §1.4).
import {
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sallyport } from '../../cli/test/world/test-terminal.ts'
import { changePolicies } from '../support/change.ts'
import { DEFAULT_POLICY, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

const ECHO = { method: 'tools/call', params: { name: 'echo', arguments: {} } }
const CASES = `people: { alice: { subject: alice, tags: { groups: [settlement-analysts] } } }
cases:
  - { name: analysts echo, who: alice, tool: records___echo, expect: allow }
  - { name: nobody deletes, who: alice, tool: records___delete_record, arguments: { id: 1 }, expect: deny }
`

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())
afterEach(async () => {
  rmSync(place('a.test.yaml'), { force: true })
  await changePolicies(world, DEFAULT_POLICY)
})

const place = (name: string) => join(world.folder, 'policies', name)

describe('policy-audit §1.4: cases stand before every load', () => {
  test('a set whose cases fail is refused with the finding, and the last good one decides on', async () => {
    writeFileSync(place('a.test.yaml'), CASES)
    const wider = DEFAULT_POLICY.replace('delete_record', 'echo')
    const kept = await changePolicies(world, wider)
    expect(kept.outcome).toBe('kept')
    expect(kept.notes.join('\n')).toContain(
      'a.test.yaml:3:5 the case `analysts echo` (alice, records___echo) does not hold: expected allow, seen deny',
    )
    expect(kept.notes.join('\n')).toContain('(test.cedar:5)')
    expect(codeOf(await world.call(ECHO))).toBeUndefined()
    expect(world.log()).toContain('the last good state stays')
  })

  test('the same set with cases that hold is applied', async () => {
    writeFileSync(place('a.test.yaml'), CASES)
    const closed = `${DEFAULT_POLICY}forbid (principal, action == AgentCore::Action::"records___read_record", resource);\n`
    expect(await changePolicies(world, closed)).not.toMatchObject({ outcome: 'kept' })
  })

  test('cases that cannot be read refuse the set, too', async () => {
    writeFileSync(place('a.test.yaml'), 'cases: [{ name: x }]')
    const kept = await changePolicies(world, `${DEFAULT_POLICY}// changed\n`)
    expect(kept).toMatchObject({ outcome: 'kept' })
    expect(kept.notes.join('\n')).toContain('`cases[0].tool` is missing')
  })
})

describe('policy-audit §1.4: help for editors', () => {
  const SCHEMA = 'sallyport.cedarschema'

  test('the schema lies beside the policies, in both forms, and is no reason to load again', async () => {
    await expect
      .poll(() => readdirSync(place('')).toSorted())
      .toEqual(['policy-test.schema.json', SCHEMA, `${SCHEMA}.json`, 'test.cedar'])
    expect(readFileSync(place(SCHEMA), 'utf8')).toContain('action "records___echo"')
    expect(JSON.parse(readFileSync(place(`${SCHEMA}.json`), 'utf8'))).toHaveProperty('AgentCore')
    const loads = world.audit().filter(({ kind }) => kind === 'policy_changed').length
    expect(await world.gateway.reload()).toMatchObject({ outcome: 'unchanged' })
    expect(world.audit().filter(({ kind }) => kind === 'policy_changed')).toHaveLength(loads)
  })

  test('it is written when it differs, with the rights that the file has; a link stays', async () => {
    await expect.poll(() => readdirSync(place(''))).toContain(SCHEMA)
    const before = statSync(place(`${SCHEMA}.json`)).mtimeMs
    chmodSync(place('policy-test.schema.json'), 0o640)
    writeFileSync(place('policy-test.schema.json'), '{}')
    rmSync(place(SCHEMA))
    symlinkSync(world.configFile, place(SCHEMA))
    await changePolicies(world, `${DEFAULT_POLICY}// changed\n`)
    await expect.poll(() => readFileSync(place('policy-test.schema.json'), 'utf8')).not.toBe('{}')
    expect(statSync(place('policy-test.schema.json')).mode & 0o777).toBe(0o640)
    expect(statSync(place(`${SCHEMA}.json`)).mtimeMs).toBe(before)
    expect(readFileSync(world.configFile, 'utf8')).toContain('publicUrl')
  })
})

describe('policies that only log', () => {
  test('what is not in force yet fails no case, and fails it when it would be', async () => {
    writeFileSync(place('a.test.yaml'), CASES)
    writeFileSync(
      place('next.cedar'),
      'forbid (principal, action == AgentCore::Action::"records___echo", resource);',
    )
    const yaml = readFileSync(world.configFile, 'utf8')
    const logs = yaml.replace('folder: ./policies', 'folder: ./policies, logOnly: [next.cedar]')
    writeFileSync(world.configFile, logs)
    expect(await world.gateway.reload()).not.toMatchObject({ outcome: 'kept' })
    const tested = await sallyport(['policy', 'test', '--config', world.configFile])
    expect(tested.code, tested.out + tested.note).toBe(0)
    writeFileSync(world.configFile, yaml)
    const kept = await world.gateway.reload()
    expect(kept.outcome).toBe('kept')
    expect(kept.notes.join('\n')).toContain('the case `analysts echo`')
    rmSync(place('next.cedar'))
  })
})

describe('at boot', () => {
  test('a gateway whose cases fail does not start', async () => {
    const other = await startTestGateway({ policyHelp: false })
    expect(readdirSync(join(other.folder, 'policies')), 'help is switched off').toEqual([
      'test.cedar',
    ])
    writeFileSync(
      join(other.folder, 'policies/a.test.yaml'),
      CASES.replace('expect: deny', 'expect: allow'),
    )
    await other.gateway.close({ serveOnMs: 0, finishMs: 0 })
    const again = startTestGateway({ folder: other.folder, policyHelp: false })
    await expect(again).rejects.toThrow('the case `nobody deletes`')
    await other.stop()
  })
})
