import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTemplate } from '../../../src/catalogue/offers/uri-template.ts'

function matches(template: string, uri: string): boolean {
  const parsed = parseTemplate(template)
  if ('fault' in parsed) throw new Error(parsed.fault)
  return parsed.matches(uri)
}

describe('RFC 6570: the URIs of a template', () => {
  test.each([
    ['docs://{id}', 'docs://plan', true],
    ['docs://{id}', 'docs://', true],
    ['docs://{id}', 'docs://a/b', false],
    ['docs://{id}', 'docs://a?b', false],
    ['docs://{year}/{name}', 'docs://2026/plan', true],
    ['docs://{year}/{name}', 'docs://2026', false],
    ['docs://{+path}', 'docs://a/b?c#d', true],
    ['docs://a{/path*}', 'docs://a/b/c', true],
    ['docs://a{/path*}', 'docs://a', true],
    ['docs://a{/path*}', 'docs://ab', false],
    ['docs://a{?q,page}', 'docs://a?q=1&page=2', true],
    ['docs://a{?q}', 'docs://a', true],
    ['docs://a{?q}', 'docs://a&q=1', false],
    ['docs://a?b=c{&q}', 'docs://a?b=c&q=1', true],
    ['docs://a{#part}', 'docs://a#b', true],
    ['docs://a{.type}', 'docs://a.txt', true],
    ['docs://a{;v}', 'docs://a;v=1', true],
    ['docs://{id:3}', 'docs://abc', true],
    ['docs://{a}-{b}', 'docs://x-y-z', true],
    ['docs://{a}-{b}', 'docs://xyz', false],
    ['docs://plan', 'docs://plan', true],
    ['docs://plan', 'docs://plans', false],
  ])('%s and %s: %s', (template, uri, expected) => {
    expect(matches(template, uri)).toBe(expected)
  })

  test('property: what a template of simple expressions makes, it matches', () => {
    const literal = fc.stringMatching(/^[a-z/.-]{1,4}$/)
    const value = fc.string({ maxLength: 6 }).map((text) => encodeURIComponent(text.toWellFormed()))
    fc.assert(
      fc.property(fc.array(fc.tuple(literal, value), { minLength: 1, maxLength: 6 }), (pairs) => {
        const template = pairs.map(([text], at) => `${text}{v${at}}`).join('')
        const uri = pairs.map(([text, filled]) => `${text}${filled}`).join('')
        expect(matches(`docs:${template}`, `docs:${uri}`)).toBe(true)
        expect(matches(`docs:${template}`, `docs:${uri}#`)).toBe(false)
      }),
    )
  })
})
