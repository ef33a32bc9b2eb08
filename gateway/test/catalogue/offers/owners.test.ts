import { describe, expect, test } from 'vitest'
import { NO_OFFERS } from '../../../src/catalogue/offers/offers.ts'
import { resourcesOf, type Offering } from '../../../src/catalogue/offers/owners.ts'
import { judgeListing } from '../../../src/catalogue/offers/resources.ts'

type Offered = Partial<Pick<Offering, 'priority' | 'prefixes'>> & {
  readonly uris?: readonly string[]
  readonly templates?: readonly string[]
}

function offering(target: string, { uris = [], templates = [], ...more }: Offered): Offering {
  const listing = judgeListing(
    uris.map((uri) => ({ uri, of: target })),
    templates.map((uriTemplate) => ({ uriTemplate, of: target })),
  )
  return { target, priority: 1000, prefixes: [], offers: { ...NO_OFFERS, listing }, ...more }
}
const all = (offered: Readonly<Record<string, Offered>>) =>
  resourcesOf(
    Object.entries(offered).map(([target, what]) => offering(target, what)),
    [],
    'v',
  )

describe('protocol §5: whose a URI is', () => {
  test('of the target that lists it, before one with a template for it', () => {
    const { ownerOf } = all({ a: { templates: ['docs://{x}'] }, b: { uris: ['docs://plan'] } })
    expect(ownerOf('docs://plan')).toBe('b')
    expect(ownerOf('docs://diary')).toBe('a')
    expect(ownerOf('other://diary')).toBeUndefined()
  })

  test('equal claims: the lowest number, then the name; who comes second is reported', () => {
    const { ownerOf, listed, findings } = all({
      a: { uris: ['docs://plan'] },
      b: { uris: ['docs://plan'] },
      c: { uris: ['docs://plan'], priority: 999 },
    })
    expect(ownerOf('docs://plan')).toBe('c')
    expect(listed().map(({ target }) => target)).toEqual(['c'])
    expect(findings.map(({ target }) => target)).toEqual(['a', 'b'])
    expect(findings[0]?.reason).toMatch('docs://plan belongs to the target c')
  })

  test('templates go by precedence too, not by their texts', () => {
    const { ownerOf } = all({
      a: { templates: ['docs://{x}'] },
      b: { templates: ['docs://{z}'], priority: 1 },
    })
    expect(ownerOf('docs://plan')).toBe('b')
  })

  test('a prefix of the configuration is nobody else’s, and the longest counts', () => {
    const { ownerOf, listed, templates, findings } = all({
      a: {
        uris: ['docs://acme/plan'],
        templates: ['docs://acme/{x}', 'docs://{+all}'],
        priority: 1,
      },
      b: { prefixes: ['docs://acme/'] },
      c: { prefixes: ['docs://acme/secret/'] },
    })
    expect(ownerOf('docs://acme/plan')).toBe('b')
    expect(ownerOf('docs://acme/secret/x')).toBe('c')
    expect(ownerOf('docs://else')).toBe('a')
    expect(listed()).toEqual([])
    expect(listed('a')).toEqual([])
    expect(templates().map(({ uriTemplate }) => uriTemplate)).toEqual(['docs://{+all}'])
    expect(findings).toHaveLength(2)
  })

  test('on its own endpoint a target answers for what no prefix gives to another', () => {
    const { ownerOf, listed } = all({
      a: { uris: ['docs://plan'], priority: 1 },
      b: { uris: ['docs://plan'] },
      c: { prefixes: ['notes://'] },
    })
    expect(ownerOf('docs://plan', 'b')).toBe('b')
    expect(ownerOf('docs://linked-by-a-tool', 'b')).toBe('b')
    expect(ownerOf('notes://x', 'b')).toBeUndefined()
    expect(listed('b').map(({ definition }) => definition['of'])).toEqual(['b'])
  })

  test('M-17: no spelling but the canonical one has an owner', () => {
    const { ownerOf } = all({ a: { templates: ['docs://{+x}'], prefixes: ['docs://'] } })
    for (const uri of ['docs://a/../b', 'docs://%61', 'docs://a@b', 'file:///a', '']) {
      expect(ownerOf(uri)).toBeUndefined()
      expect(ownerOf(uri, 'a')).toBeUndefined()
    }
  })
})

describe('attacks M-16, M-17: what a target lists', () => {
  test('what cannot be read is left out and said', () => {
    const { resources, templates, findings } = judgeListing(
      [{ uri: 'file:///etc' }, { uri: 'docs://a' }, { uri: 'docs://a' }, { name: 'x' }],
      [{ uriTemplate: '{+x}' }, { uriTemplate: 'file:///{x}' }, { uriTemplate: 'docs://{x}' }],
    )
    expect(resources.map(({ uri }) => uri)).toEqual(['docs://a'])
    expect(templates.map(({ uriTemplate }) => uriTemplate)).toEqual(['docs://{x}'])
    expect(findings).toHaveLength(5)
  })

  test('templates are bounded in number', () => {
    const many = Array.from({ length: 300 }, (_, at) => ({ uriTemplate: `docs://${at}/{x}` }))
    expect(judgeListing([], many).templates).toHaveLength(200)
  })
})
