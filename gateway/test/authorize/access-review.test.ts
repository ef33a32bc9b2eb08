import { describe, expect, test } from 'vitest'
import { createAuthorize } from '../../src/authorize/authorize.ts'
import type { ReviewQuestion } from '../../src/authorize/access-review.ts'
import { disabledFor, type Switched } from '../../src/authorize/switches/switch.ts'
import { cedar } from '../../src/authorize/engine.ts'
import { catalogue, files, GATEWAY, inThisThread, ISSUER, loadInto, tool } from './world.ts'

const READ = 'permit(principal, action == AgentCore::Action::"t___read", resource);'
const CEILING = `permit(principal, action == AgentCore::Action::"t___write", resource)
  when { context.input.n < 5 };`
const NEVER = 'forbid(principal, action == AgentCore::Action::"t___drop", resource);'
const N = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } as const
const ALL = [tool('t___drop'), tool('t___other'), tool('t___read'), tool('t___write', N)]

const person = (subject: string): ReviewQuestion['principals'][number] => ({
  kind: 'person',
  issuer: ISSUER,
  subject,
  clientId: 'ide',
  tags: {},
})

async function world(granted: readonly string[] = [], entries = ALL) {
  let asked = 0
  const engine = {
    ...cedar,
    decidePartly: (...question: Parameters<typeof cedar.decidePartly>) => {
      asked += 1
      return cedar.decidePartly(...question)
    },
  }
  const authorize = createAuthorize({
    gatewayId: GATEWAY,
    homeIssuer: ISSUER,
    workshop: inThisThread,
    engine,
    access: {
      granted: (principal, name) =>
        principal.kind === 'person' && principal.subject === 'gert' && granted.includes(name)
          ? `grant of ${name}`
          : undefined,
      version: () => undefined,
    },
  })
  const load = (...texts: readonly string[]) =>
    loadInto(authorize, files(...texts), catalogue(entries))
  await load(READ, CEILING, NEVER)
  return { authorize, load, asked: () => asked }
}

describe('policy-audit §1.4: a review of access', () => {
  const rowsOf = async (granted: readonly string[], who: string, off: readonly Switched[] = []) => {
    const { authorize } = await world(granted)
    const switches = off.map((switched) => ({ switched, reason: 'drill', sinceMs: 0 }))
    const rows = await authorize.review({ principals: [person(who)] }, (principal, entry) =>
      disabledFor(switches, principal, entry),
    )
    return Object.fromEntries(rows.map(({ tool: name, ...row }) => [name.slice(4), row]))
  }

  test('shows what was granted for a time, and to nobody else', async () => {
    const granted = ['t___other', 't___write', 't___drop']
    const own = await rowsOf(granted, 'gert')
    expect(own['other']).toMatchObject({ allowed: 'any arguments', granted: 'grant of t___other' })
    // The ceiling is a permit: the grant is one more.
    expect(own['write']).toMatchObject({ allowed: 'any arguments', granted: 'grant of t___write' })
    // Never against a forbid.
    expect(own['drop']).toMatchObject({ allowed: 'never' })
    expect(own['drop']).not.toHaveProperty('granted')
    const others = await rowsOf(granted, 'ida')
    expect(others).toMatchObject({
      other: { allowed: 'never' },
      write: { allowed: 'some arguments' },
    })
  })

  test.for<[Switched, readonly string[]]>([
    [{ what: 'everything' }, ['drop', 'other', 'read', 'write']],
    [{ what: 'target', name: 't' }, ['drop', 'other', 'read', 'write']],
    [{ what: 'tool', name: 't___read' }, ['read']],
    [{ what: 'person', issuer: ISSUER, name: 'ida' }, ['drop', 'other', 'read', 'write']],
    [{ what: 'client', issuer: ISSUER, name: 'ide' }, ['drop', 'other', 'read', 'write']],
    [{ what: 'person', issuer: 'https://elsewhere.example', name: 'ida' }, []],
    [{ what: 'target', name: 'u' }, []],
  ])('shows what the kill switch stops: %j', async ([switched, stopped]) => {
    const rows = await rowsOf([], 'ida', [switched])
    const found = Object.entries(rows).filter(([, row]) => row.stopped?.endsWith('disabled: drill'))
    expect(found.map(([name]) => name)).toEqual(stopped)
  })

  test('of many takes turns with other work', async () => {
    const { authorize, asked } = await world()
    const principals = Array.from({ length: 100 }, (_, at) => person(`p${at}`))
    const before = asked()
    let done = false
    const review = authorize.review({ principals }).finally(() => {
      done = true
    })
    const seen: number[] = []
    const look = (): void => {
      seen.push(asked() - before)
      if (!done) setImmediate(look)
    }
    setImmediate(look)
    expect(await review).toHaveLength(400)
    const steps = seen.map((count, at) => count - (seen[at - 1] ?? 0))
    // Of 400 rows no more than a few dozen questions in one piece.
    expect(Math.max(...steps)).toBeLessThan(100)
    expect(seen.length).toBeGreaterThan(10)
  })

  test('is of one state of the policies, whichever is loaded meanwhile', async () => {
    const { authorize, load } = await world()
    const principals = Array.from({ length: 40 }, (_, at) => person(`p${at}`))
    const review = authorize.review({ principals })
    await load(CEILING)
    await load(CEILING, NEVER)
    const allowed = (await review).filter(({ tool: name }) => name === 't___read')
    expect(new Set(allowed.map((row) => row.allowed))).toEqual(new Set(['never']))
  })

  test('of more than anybody reads is refused before anything is asked', async () => {
    const { authorize, asked } = await world()
    const before = asked()
    const principals = Array.from({ length: 50_001 }, () => person('p'))
    await expect(authorize.review({ principals })).rejects.toThrow('there are 200004 answers')
    expect(asked()).toBe(before)
  })
})
