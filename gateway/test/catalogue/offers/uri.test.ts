import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { uriFault } from '../../../src/catalogue/offers/uri.ts'

describe('protocol §5: what the URI of a resource may be', () => {
  test('one spelling of each is taken as it is', () => {
    const good = [
      'docs://acme/plan',
      'docs:plan',
      'https://acme.example/a/b?c=d&e=f#g',
      'test://static-text',
      'notes:///x',
      'ui://drawing',
      'docs://acme/a%20b',
      'docs://acme/%C3%A4',
      'docs://acme/a..b/...',
      'urn:isbn:0451450523',
    ]
    for (const uri of good) expect([uri, uriFault(uri)]).toEqual([uri, undefined])
  })

  test('RFC 3986 §6.2.2: another spelling is refused, with the reason', () => {
    expect(uriFault('docs://acme/%70lan')).toMatch('needs no escape')
    expect(uriFault('docs://acme/%c3%a4')).toMatch('upper-case')
    expect(uriFault('DOCS://acme')).toMatch('RFC 3986')
    expect(uriFault('docs://acme/%252F')).toMatch('percent sign')
    expect(uriFault('docs://acme/%00')).toMatch('control character')
    expect(uriFault('docs://a@acme/')).toMatch('user information')
    expect(uriFault('docs://acme/../a')).toMatch('`..`')
    expect(uriFault('file:///a')).toMatch('`file`')
    expect(uriFault('docs://')).toMatch('RFC 3986')
  })

  test('property: what is taken resolves to itself, whatever it is made of', () => {
    const piece = fc.constantFrom(
      'a',
      '..',
      '.',
      '/',
      '%2E',
      '%2f',
      '%2F',
      '%20',
      '@',
      '?',
      '#',
      '\\',
      ':',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const uri = `docs://acme/${pieces.join('')}`
        if (uriFault(uri) !== undefined) return
        const resolved = new URL(uri)
        expect(resolved.href).toBe(uri)
        expect(decodeURIComponent(resolved.pathname).split('/')).not.toContain('..')
      }),
    )
  })
})
