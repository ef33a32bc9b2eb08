import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutMembers } from '../../src/json/cut-members.ts'

const cut = (text: string, ...names: string[]) =>
  cutMembers(Buffer.from(text), 'result', (name) => names.includes(name)).toString()

describe('cutMembers (M-28: what stays is byte for byte what came)', () => {
  it.each([
    ['the first', '{"result":{"a":1,"b":2}}', ['a'], '{"result":{"b":2}}'],
    ['the last', '{"result":{"a":1,"b":2}}', ['b'], '{"result":{"a":1}}'],
    ['one between', '{"result":{"a":1,"b":2,"c":3}}', ['b'], '{"result":{"a":1,"c":3}}'],
    ['all', '{"result":{"a":1,"b":2}}', ['a', 'b'], '{"result":{}}'],
    ['the last two', '{"result":{"a":1,"b":2,"c":3}}', ['b', 'c'], '{"result":{"a":1}}'],
    ['all but one between', '{"result":{"a":1,"b":2,"c":3}}', ['a', 'c'], '{"result":{"b":2}}'],
    ['a container', '{"result":{"a":[{"b":"]}\\\\\\""}],"b":1.0}}', ['a'], '{"result":{"b":1.0}}'],
    ['none in a member below', '{"result":{"x":{"a":1}}}', ['a'], '{"result":{"x":{"a":1}}}'],
    ['none beside', '{"a":1,"result":{"b":2}}', ['a'], '{"a":1,"result":{"b":2}}'],
    ['none of another object', '{"error":{"a":1}}', ['a'], '{"error":{"a":1}}'],
    ['none of what is no object', '{"result":"{\\"a\\":1}"}', ['a'], '{"result":"{\\"a\\":1}"}'],
  ])('cuts %s', (_what, text, names, expected) => {
    expect(cut(text, ...names)).toBe(expected)
  })

  it('gives the very buffer back where nothing is cut', () => {
    const text = Buffer.from('{"result":{"b":2}}')
    expect(cutMembers(text, 'result', () => false)).toBe(text)
  })

  it('tells the first byte of the value', () => {
    const seen: [string, string][] = []
    cutMembers(Buffer.from('{"result": { "a" : [1], "b":\n"x"}}'), 'result', (name, first) => {
      seen.push([name, String.fromCharCode(first)])
      return false
    })
    expect(seen).toEqual([
      ['a', '['],
      ['b', '"'],
    ])
  })

  it('property: is what JSON makes of it, however the text is spaced', () => {
    const names = fc.constantFrom('a', 'b', 'resultType', 'c', 'é', 'q"', 'd')
    const result = fc.dictionary(names, fc.jsonValue())
    const around = fc.record({ id: fc.jsonValue(), result, more: fc.jsonValue() })
    const doomed = fc.uniqueArray(fc.constantFrom<string>('a', 'resultType', 'é', 'd'))
    fc.assert(
      fc.property(around, doomed, fc.constantFrom(0, 1, '\t', '\r\n'), (value, gone, space) => {
        const text = JSON.stringify(value, null, space)
        const left = Object.entries(value.result).filter(([name]) => !gone.includes(name))
        expect(JSON.parse(cut(text, ...gone))).toEqual(
          JSON.parse(JSON.stringify({ ...value, result: Object.fromEntries(left) })),
        )
      }),
    )
  })
})
