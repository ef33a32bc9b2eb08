// A token is for the resource that it names: another target's, the aggregate's, or a URL that only looks alike
// is another resource. The two forms with and without a slash at the end are one.
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  startRecordingTarget,
  type RecordingTarget,
} from '@sallyport/sample/recording-target/recording-target.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { present } from '../support/present.ts'

let ledger: RecordingTarget
let world: TestGateway
beforeAll(async () => {
  ledger = await startRecordingTarget()
  world = await startTestGateway({
    // Goes on where the targets of the file end.
    yaml: `  ledger: { kind: mcp, url: "${ledger.url}", allowInsecureTarget: true }
  rec: { kind: mcp, url: "${ledger.url}", allowInsecureTarget: true }`,
  })
})
afterAll(async () => {
  await world.stop()
  await ledger.stop()
})

const ANSWERED = { status: 200, code: undefined }
const REFUSED = { status: 401, code: 'identify.wrong_audience' }
const PATHS = ['/mcp', '/mcp/records', '/mcp/ledger', '/mcp/rec'] as const

const ELSEWHERE = PATHS.flatMap((issuedFor) =>
  PATHS.filter((path) => path !== issuedFor).map((path) => [issuedFor, path] as const),
)

test.each(ELSEWHERE)(
  'O-22 RFC 8707 §2: a token for %s is refused at %s',
  async (issuedFor, path) => {
    const token = world.token({ resource: `${world.publicUrl}${issuedFor}` })
    expect(await present(world, token, issuedFor)).toEqual(ANSWERED)
    expect(await present(world, token, path)).toEqual(REFUSED)
    expect(await present(world, token, `${path}/`)).toEqual(REFUSED)
  },
)

const LOOK_ALIKES = {
  'another case of the path': (resource: string) => resource.replace('/mcp/', '/MCP/'),
  'another case of the target': (resource: string) => resource.replace('records', 'Records'),
  'another case of the scheme': (resource: string) => resource.replace('http:', 'HTTP:'),
  'the default port': (resource: string) => resource.replace(/:\d+\//, '/'),
  'the default port, written': (resource: string) => resource.replace(/:\d+\//, ':80/'),
  'another scheme': (resource: string) => resource.replace('http:', 'https:'),
  'another name of the host': (resource: string) => resource.replace('127.0.0.1', 'localhost'),
  'the origin': (resource: string) => new URL(resource).origin,
  'a prefix of the path': (resource: string) => resource.slice(0, -3),
  'a path below': (resource: string) => `${resource}/more`,
  'two slashes at the end': (resource: string) => `${resource}//`,
  'a query': (resource: string) => `${resource}?`,
  'a fragment': (resource: string) => `${resource}#`,
  'a dot segment': (resource: string) => resource.replace('/mcp/', '/mcp/./'),
  'an escaped character': (resource: string) => resource.replace('records', 'record%73'),
} as const

test.each(Object.keys(LOOK_ALIKES) as (keyof typeof LOOK_ALIKES)[])(
  'O-22 RFC 8707 §2: a token for the resource with %s is refused',
  async (form) => {
    const token = world.token({ resource: LOOK_ALIKES[form](world.resource('records')) })
    expect(await present(world, token)).toEqual(REFUSED)
  },
)

test('O-22 MCP 2026-07-28: a refused token causes no call', async () => {
  const before = ledger.recording.calls().length
  await present(world, world.token(), '/mcp/ledger')
  expect(ledger.recording.calls()).toHaveLength(before)
})

test('O-22 control: with and without a slash at the end is the same resource, both ways', async () => {
  const resource = world.resource('records')
  for (const named of [resource, `${resource}/`]) {
    for (const path of ['/mcp/records', '/mcp/records/']) {
      expect(await present(world, world.token({ resource: named }), path)).toEqual(ANSWERED)
    }
  }
})
