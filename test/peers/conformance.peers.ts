// The official conformance suite of MCP against a started gateway, with a target that has the suite's tools behind it:
// the scenarios of 2026-07-28 that this version serves (attacks M-01, M-19). What needs prompts, resources, completion
// or input of the client is not offered here. The suite exits 0 without a check: checks are counted.
import { execFile, execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { startBearerHop, type BearerHop } from './bearer-hop.ts'
import { startConformanceTarget, type ConformanceTarget } from './conformance-target.ts'

const SUITE = '@modelcontextprotocol/conformance'
const VERSION = '0.2.0-alpha.12'
type Check = { readonly id: string; readonly status: string; readonly errorMessage?: string }

/** Scenario to the number of its checks that succeed; those of `wire-schema-valid` are among them. */
const SCENARIOS = {
  'tools-list': 4,
  'tools-call-simple-text': 2,
  'tools-call-image': 2,
  'tools-call-audio': 2,
  'tools-call-embedded-resource': 2,
  'tools-call-mixed-content': 2,
  'tools-call-error': 2,
  'tools-call-with-progress': 2,
  'json-schema-2020-12': 8,
  'dns-rebinding-protection': 2,
  'http-header-validation': 14,
  'http-custom-header-server-validation': 10,
  'server-stateless': 21,
  caching: 4,
}

/** Checks of what this version does not offer: they fail or are skipped, and none of them may begin to succeed unseen. */
const NOT_OFFERED = [
  // Tools that ask the client for something, or log.
  'sep-2575-server-rejects-undeclared-capability',
  'sep-2575-missing-capability-http-400',
  'sep-2575-http-server-no-independent-requests-on-stream',
  'sep-2575-server-no-log-without-loglevel',
  // Subscriptions.
  'sep-2575-server-sends-subscription-ack',
  'sep-2575-server-tags-subscription-id',
  'sep-2575-server-honors-notification-filter',
  'sep-2575-server-sends-prompts-list-changed-on-subscription',
  'sep-2575-server-sends-tools-list-changed-on-subscription',
  // Prompts and resources.
  'sep-2549-prompts-list-caching-hints',
  'sep-2549-resources-list-caching-hints',
  'sep-2549-resources-templates-list-caching-hints',
  'sep-2549-resources-read-caching-hints',
]

let folder: string
let target: ConformanceTarget
let world: TestGateway
let hop: BearerHop
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-conformance-'))
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const install = ['install', '--no-audit', '--no-fund', '--loglevel=error', `${SUITE}@${VERSION}`]
  execFileSync('npm', install, { cwd: folder, stdio: 'ignore' })
  target = await startConformanceTarget()
  world = await startTestGateway({
    policies: EVERY_TOOL,
    // One more target: the line goes on the map that stands before it.
    yaml: `  suite: { kind: mcp, url: "${target.url}", allowInsecureTarget: true }`,
  })
  hop = await startBearerHop(world.port, () => world.token({ resource: world.resource('suite') }))
})
afterAll(async () => {
  await hop.stop()
  await world.stop()
  await target.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe(`${SUITE} ${VERSION}`, () => {
  test.each(Object.entries(SCENARIOS))('2026-07-28: %s, %d checks', async (scenario, count) => {
    const checks = await run(scenario)
    const offered = checks.filter(({ id }) => !NOT_OFFERED.includes(id))
    expect(offered.filter(({ status }) => status !== 'SUCCESS')).toEqual([])
    expect(offered).toHaveLength(count)
    const others = checks.filter(({ id }) => NOT_OFFERED.includes(id))
    expect(others.filter(({ status }) => status === 'SUCCESS')).toEqual([])
  })
})

async function run(scenario: string): Promise<readonly Check[]> {
  const out = join(folder, `out-${scenario}`)
  const url = `http://127.0.0.1:${hop.port}/mcp/suite`
  const entry = join(folder, 'node_modules', SUITE, 'dist/index.js')
  const args = [entry, 'server', '--url', url, '--scenario', scenario, '-o', out]
  await new Promise<void>((resolve) => {
    execFile(process.execPath, [...args, '--spec-version', '2026-07-28'], () => resolve())
  })
  return globSync(join(out, '**/checks.json')).flatMap(
    (file) => JSON.parse(readFileSync(file, 'utf8')) as readonly Check[],
  )
}
