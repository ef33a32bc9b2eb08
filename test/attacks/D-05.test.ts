// Member names chosen to collide. Untimed: counted is how many bytes the search for duplicates looks at, which is
// done in our own code (json/members.ts) and therefore tested there; that Node hashes strings of digits with a secret
// since CVE-2026-21717 is asked of its version. Over the wire: such bodies get the answer of benign ones.
import { Members } from '@sallyport/gateway/json/members.ts'
import { DEFAULT_JSON_LIMITS } from '@sallyport/gateway/json/read.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { goodCall } from '../support/good-call.ts'
import { sendRaw } from '../support/raw.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const COUNT = 500
const LENGTH = 12
/** Each byte once or twice, however many names there are. */
const MOST = 3
const names = (name: (index: number) => string) => Array.from({ length: COUNT }, (_, n) => name(n))
const digits = (index: number, length = LENGTH) => `${index}`.padStart(length, '0')

/** What unseeded or weak hashes put into one bucket, and what comparers take longest for. */
const COLLIDING: Readonly<Record<string, readonly string[]>> = {
  // V8 took the value of a string of digits, cut to 24 bits, for its hash.
  'array indices 2^24 apart': names((n) => `${1e9 + (n % 150) * 2 ** 24 + Math.floor(n / 150)}`),
  'long common prefixes': names((n) => `aaaaaa${digits(n, 6)}`),
  'long common suffixes': names((n) => `${digits(n, 6)}aaaaaa`),
  // "Aa" and "BB" are one for Java's hash, and so is every sequence of them.
  'Aa and BB': names((n) =>
    n.toString(2).padStart(LENGTH, '0').replaceAll('0', 'Aa').replaceAll('1', 'BB'),
  ),
  'differences in case of one letter only': names((n) => `${digits(n, 11)}k`),
}
const benign = names((n) =>
  Buffer.from(`${n * 2654435761}`)
    .toString('base64url')
    .slice(-LENGTH),
)

/** Bytes that are looked at while these names are checked for duplicates, per byte of them. */
function looksPerByte(members: readonly string[]): number {
  const text = members.map((name) => `"${name}"`).join('')
  let looks = 0
  const bytes = new Proxy(Buffer.from(text), {
    get(buffer, property) {
      if (typeof property === 'string' && /^\d+$/.test(property)) looks += 1
      const value: unknown = Reflect.get(buffer, property, buffer)
      return typeof value === 'function' ? (value.bind(buffer) as unknown) : value
    },
  })
  const scan = new Members()
  scan.begin(bytes, { ...DEFAULT_JSON_LIMITS, unambiguousMembers: true })
  scan.openObject()
  let at = 0
  for (const name of members) {
    expect(scan.add(at + 1, at + 1 + name.length)).toBe(true)
    at += name.length + 2
  }
  return looks / text.length
}

test.each(Object.entries(COLLIDING))(
  'D-05 CVE-2026-21717: %s cost no more looks than names without a plan',
  (_name, members) => {
    expect(new Set(members).size).toBe(COUNT)
    expect(looksPerByte(benign)).toBeLessThan(MOST)
    expect(looksPerByte(members)).toBeLessThan(MOST)
  },
)

test('D-05 CVE-2026-21717: this Node hashes strings of digits with a secret', () => {
  const [major = 0, minor = 0, patch = 0] = process.versions.node.split('.').map(Number)
  expect(major).toBe(24)
  expect(minor * 1000 + patch).toBeGreaterThanOrEqual(14_001)
})

const objectOf = (members: readonly string[]) =>
  Object.fromEntries(members.map((name, index) => [name, index]))

test.each(Object.entries(COLLIDING))(
  'D-05 RFC 8259 §4: over the wire, %s get the answer that benign names get',
  async (_name, members) => {
    const ask = async (keys: readonly string[]) =>
      (await sendRaw(world.port, goodCall(world, objectOf(keys)).text())).status
    expect([await ask(members), await ask(benign)]).toEqual([200, 200])
  },
)

test('D-05 control: few members and no collision', async () => {
  const call = goodCall(world, { one: 1, two: 2 })
  expect((await sendRaw(world.port, call.text())).status).toBe(200)
})
