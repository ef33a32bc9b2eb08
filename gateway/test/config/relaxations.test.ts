import { expect, test } from 'vitest'
import { configJsonSchema } from '../../src/config/schema-node.ts'
import { relaxations } from '../../src/config/relaxations.ts'
import { changed, good } from './sample-config.ts'

test('a relaxation is listed with its path and meaning, and only where it is on', () => {
  expect(relaxations(good())).toEqual([
    { path: 'targets.market.allowInsecureTarget', meaning: expect.stringContaining('plain http') },
  ])
  const off = changed('allowInsecureTarget: true', 'allowInsecureTarget: false').replace(
    'http://127.0.0.1:4001',
    'https://market.example',
  )
  expect(relaxations(good(off))).toEqual([])
  const more = changed('profile: rfc9068', 'profile: rfc9068\n      allowInsecureIssuer: true')
  expect(relaxations(good(more)).map(({ path }) => path)).toEqual([
    'authorization.issuers[0].allowInsecureIssuer',
    'targets.market.allowInsecureTarget',
  ])
})

test('every key that begins with `allowInsecure` is marked as a relaxation in the schema', () => {
  const found: [string, unknown][] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [name, inner] of Object.entries(node)) {
      if (name.startsWith('allowInsecure')) found.push([name, inner])
      visit(inner)
    }
  }
  visit(configJsonSchema())
  expect([...new Set(found.map(([name]) => name))].sort()).toEqual([
    'allowInsecure',
    'allowInsecureIssuer',
    'allowInsecureTarget',
    'allowInsecureWebhook',
  ])
  for (const [, node] of found) expect(node).toMatchObject({ 'x-relaxation': true, default: false })
})
