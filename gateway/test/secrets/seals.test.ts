// secrets/seals.ts and sealing-keys.ts: what is sealed opens under the same keys, for the same purpose, and no otherwise.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSealingKeys } from '../../src/secrets/sealing-keys.ts'
import { createSeals } from '../../src/secrets/seals.ts'

const DAY_MS = 86_400_000
let folder: string
let nowMs: number
const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs }
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'sallyport-seals-')), 'seals')
  nowMs = 1_800_000_000_000
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = () => createSeals(openSealingKeys(folder, clock))

describe('a sealed text', () => {
  test('opens for its purpose alone, and is another one each time', () => {
    const seals = open()
    const sealed = seals.of('a').seal('text')
    expect(seals.of('a').open(sealed)).toBe('text')
    expect(seals.of('b').open(sealed)).toBeUndefined()
    expect(seals.of('a').seal('text')).not.toBe(sealed)
  })

  test('property: with any one bit of it turned it does not open', () => {
    const sealer = open().of('a')
    const bytes = Buffer.from(sealer.seal('the state of a target'), 'base64url')
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const other = Buffer.from(bytes)
        other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        return sealer.open(other.toString('base64url')) === undefined
      }),
    )
  })

  test('property: nothing else opens, and nothing throws', () => {
    const sealer = open().of('a')
    const sealed = sealer.seal('x')
    fc.assert(fc.property(fc.string(), (text) => sealer.open(text) === undefined))
    fc.assert(
      fc.property(
        fc.nat(sealed.length - 1),
        (end) => sealer.open(sealed.slice(0, end)) === undefined,
      ),
    )
    expect(sealer.open(`${sealed}=`)).toBeUndefined()
  })
})

describe('the keys', () => {
  test('stay over a restart, in files that nobody else reads', () => {
    const sealed = open().of('a').seal('text')
    expect(open().of('a').open(sealed)).toBe('text')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    }
  })

  test('of two processes that start at once open what either has sealed', () => {
    const [one, other] = [open(), open()]
    nowMs += 5_000
    expect(other.of('a').open(one.of('a').seal('text'))).toBe('text')
    nowMs += 40 * DAY_MS
    const renewed = one.of('a').seal('later')
    nowMs += 5_000
    expect(other.of('a').open(renewed)).toBe('later')
  })

  test('are renewed after 30 days, and gone after 60', () => {
    const seals = open()
    const sealed = seals.of('a').seal('text')
    nowMs += 31 * DAY_MS
    const later = seals.of('a').seal('later')
    expect(later.slice(0, 5)).not.toBe(sealed.slice(0, 5))
    expect(seals.of('a').open(sealed)).toBe('text')
    nowMs += 31 * DAY_MS
    seals.of('a').seal('latest')
    expect(open().of('a').open(sealed)).toBeUndefined()
  })
})
