// The commands of those who decide, against a started gateway: each gives its order with the person's own sign-in.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sallyport } from '../../cli/test/world/test-terminal.ts'
import {
  referenceIn,
  startApprovalWorld,
  type ApprovalWorld,
  type Who,
} from '../support/approval-world.ts'
import { codeOf } from '../support/present.ts'

let world: ApprovalWorld
let homes = ''
beforeAll(async () => {
  world = await startApprovalWorld()
  homes = mkdtempSync(join(tmpdir(), 'sallyport-homes-'))
  for (const who of ['carol', 'dan', 'alice'] as const) {
    signIn(who, `${world.publicUrl}/mcp/records`)
  }
})
afterAll(async () => {
  rmSync(homes, { recursive: true, force: true })
  await world.stop()
})

/** What `sallyport login` leaves behind. */
function signIn(who: Who, resource: string, home: string = who): void {
  const folder = join(homes, home, 'sallyport')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const grant = {
    url: resource,
    issuer: world.issuer.issuer,
    resource,
    client: { issuer: world.issuer.issuer, clientId: 'test-client' },
    endpointOrigins: [],
    accessToken: world.token({ resource, claims: { sub: who, groups: groupsOf(who) } }),
  }
  const signIns = { version: 1, clients: [], grants: [grant] }
  writeFileSync(join(folder, 'sign-ins.json'), JSON.stringify(signIns), { mode: 0o600 })
}

function groupsOf(who: Who): readonly string[] {
  return who === 'alice' ? ['settlement-analysts'] : ['controllers']
}

const as = (home: string, ...words: readonly string[]) =>
  sallyport([...words, '--config', world.configFile], {
    environment: { XDG_CONFIG_HOME: join(homes, home) },
  })
const LARGE = { id: 1, amount: 5000, note: 'to \u001b[2J\u202epayee' }

describe('ux.md §5: approvals list, show, approve and refuse', () => {
  test('Dan lists, reads, approves; Carol’s call goes through', async () => {
    const nothing = 'Nothing waits for whoever has the role approver.\n'
    expect((await as('dan', 'approvals', 'list')).note).toBe(nothing)
    const reference = referenceIn(await world.write('carol', LARGE))
    const listed = await as('dan', 'approvals', 'list')
    expect(listed.out).toContain(`${reference}  asked  records___write_record  carol (acme)`)

    const shown = await as('dan', 'approvals', 'show', reference)
    expect(shown.out).toMatch(/"amount": 5000/)
    for (const acted of ['\u001b', '\u202e']) expect(shown.out).not.toContain(acted)
    const json = await as('dan', 'approvals', 'show', reference, '--json')
    expect(JSON.parse(json.out)).toMatchObject({ reference, arguments: LARGE })

    const own = await as('carol', 'approvals', 'approve', reference, '--reason', 'mine')
    expect(own.code).toBe(3)
    expect(own.note).toContain('a second person must decide it')
    const approved = await as('dan', 'approvals', 'approve', reference, '--reason', 'checked')
    expect([approved.code, approved.note]).toEqual([
      0,
      expect.stringMatching(/^Approved records___/),
    ])
    expect(codeOf(await world.write('carol', LARGE))).toBeUndefined()
  })

  test('who has no role is told so, and not that nothing waits', async () => {
    await world.write('carol', { ...LARGE, id: 3 })
    const { code, out, note } = await as('alice', 'approvals', 'list')
    expect([code, out]).toEqual([0, ''])
    expect(note).toContain('you have no role here, so that is your own requests alone')
    expect((await as('alice', 'access', 'list')).note).toContain(
      'are for approver, auditor and admin',
    )
  })

  test('the records of an approval say what became of it', async () => {
    const { out } = await as('dan', 'audit', 'search', '--kind', 'approval')
    for (const state of ['asked', 'given', 'used']) {
      expect(out).toMatch(new RegExp(`approval .* ${state} +[0-9a-f]{32}`))
    }
  })

  test('a refusal, as JSON', async () => {
    const reference = referenceIn(await world.write('carol', { ...LARGE, id: 2 }))
    const words = ['approvals', 'refuse', reference, '--reason', 'no', '--json']
    expect(JSON.parse((await as('dan', ...words)).out)).toMatchObject({ state: 'refused' })
  })

  test('a reason is asked for, and a reference that can be one', async () => {
    expect((await as('dan', 'approvals', 'approve', 'a'.repeat(32))).code).toBe(64)
    expect((await as('dan', 'approvals', 'approve', 'x', '--reason', 'y')).code).toBe(64)
  })
})

describe('access request, list, grant and end', () => {
  test('Alice asks with the id of her denial, Dan grants for a time and ends it', async () => {
    const url = `${world.publicUrl}/mcp/records`
    const home = { environment: { XDG_CONFIG_HOME: join(homes, 'alice') } }
    const denied = await sallyport(['call', url, 'echo', '--json'], home)
    expect(denied.code).toBe(3)
    const id = /[0-9a-f]{32}/.exec(denied.note + denied.out)?.[0] ?? ''
    const words = ['access', 'request', url, id, '--reason', 'month-end', '--json']
    const asked = await sallyport(words, home)
    const { reference = '' } = JSON.parse(asked.out) as { reference?: string }
    expect((await as('dan', 'access', 'list', '--full')).out).toMatch(/why +month-end/)
    const grant = await as('dan', 'access', 'grant', reference, '--for', '2h', '--reason', 'ok')
    expect([grant.code, grant.note]).toEqual([0, expect.stringMatching(/^Granted records___echo/)])
    expect((await sallyport(['call', url, 'echo'], home)).code).toBe(0)
    expect((await as('dan', 'access', 'end', reference, '--reason', 'done')).code).toBe(0)
    expect((await sallyport(['call', url, 'echo'], home)).code).toBe(3)
  })
})

describe('architecture §4: the operator’s own token', () => {
  test('who is not signed in is told where to', async () => {
    const nobody = await as('nobody', 'approvals', 'list')
    expect(nobody.code).toBe(77)
    expect(nobody.note).toContain(`fix: run \`sallyport login ${world.publicUrl}/mcp\``)
  })

  test('a sign-in elsewhere is not used, not even at an address that begins alike', async () => {
    signIn('dan', `${world.publicUrl}0/mcp`, 'elsewhere')
    expect((await as('elsewhere', 'approvals', 'list')).code).toBe(77)
    signIn('dan', `${world.publicUrl}/mcpx`, 'elsewhere')
    expect((await as('elsewhere', 'approvals', 'list')).code).toBe(77)
  })

  test('a token out of a file; one that is for another resource is refused in words', async () => {
    const file = join(homes, 'token')
    writeFileSync(file, world.tokenOf('dan'))
    expect((await as('nobody', 'approvals', 'list', '--token-file', file)).code).toBe(0)
    writeFileSync(file, world.token({ resource: 'https://other.example/mcp' }))
    const refused = await as('nobody', 'approvals', 'list', '--token-file', file)
    expect(refused.code).toBe(77)
    expect(refused.note).toMatch(/another resource/)
  })
})
