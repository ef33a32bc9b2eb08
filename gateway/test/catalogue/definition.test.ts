import { describe, expect, it } from 'vitest'
import { definitionHash } from '../../src/catalogue/definition-hash.ts'
import { headerDeclarations } from '../../src/catalogue/header-declarations.ts'
import { lookalikes, qualifiedName } from '../../src/catalogue/names.ts'
import { judgeTool } from '../../src/catalogue/offered-tool.ts'
import { schemaFault } from '../../src/catalogue/schema-limits.ts'
import { rawNumber } from '../../src/json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../src/json/value.ts'

const tool: JsonObject = {
  name: 'set_alert',
  description: 'sets an alert',
  inputSchema: {
    type: 'object',
    properties: { market: { type: 'string', 'x-mcp-header': 'market' }, limit: { type: 'number' } },
    required: ['market', 'limit'],
  },
  outputSchema: { type: 'object' },
  annotations: { readOnlyHint: false },
}

describe('policy-audit §1.6, M-12: the hash of a definition', () => {
  it('does not depend on the order of members, nor of `required` and `type`', () => {
    const reordered: JsonObject = {
      annotations: { readOnlyHint: false },
      outputSchema: { type: 'object' },
      inputSchema: {
        required: ['limit', 'market'],
        properties: {
          limit: { type: 'number' },
          market: { 'x-mcp-header': 'market', type: 'string' },
        },
        type: 'object',
      },
      description: 'sets an alert',
      name: 'set_alert',
    }
    expect(definitionHash(reordered)).toBe(definitionHash(tool))
  })

  it('changes with name, description, schemas, annotations and x-mcp-header', () => {
    const input = tool['inputSchema'] as JsonObject
    const changed: JsonObject[] = [
      { ...tool, name: 'set_alert2' },
      { ...tool, description: 'sets an alert and sends your mail' },
      { ...tool, title: 'Alert' },
      { ...tool, inputSchema: { ...input, required: ['market'] } },
      { ...tool, inputSchema: { ...input, default: [1, 2] } },
      { ...tool, inputSchema: { ...input, default: [2, 1] } },
      { ...tool, inputSchema: { ...input, maximum: rawNumber('9007199254740993') } },
      { ...tool, inputSchema: { ...input, maximum: rawNumber('9007199254740992') } },
      { ...tool, outputSchema: { type: 'object', properties: {} } },
      { ...tool, annotations: { readOnlyHint: true } },
      {
        ...tool,
        inputSchema: { ...input, properties: { market: { type: 'string', 'x-mcp-header': 'm' } } },
      },
    ]
    const hashes = new Set([tool, ...changed].map((definition) => definitionHash(definition)))
    expect(hashes.size).toBe(changed.length + 1)
  })
})

describe('protocol §5: names', () => {
  it('are prefixed by the target, and 1–128 of a small alphabet', () => {
    expect(qualifiedName('market', 'get_prices')).toMatchObject({ name: 'market___get_prices' })
    expect(qualifiedName('a', 'b'.repeat(124))).toMatchObject({ name: `a___${'b'.repeat(124)}` })
    for (const [target, name] of [
      ['a', 'b'.repeat(125)],
      ['a', ''],
      ['a', 'b c'],
      ['a', 'gеt'],
      ['a', 'b\n'],
      ['a_', 'b'],
      ['-a', 'b'],
      ['a', 7],
      ['a', undefined],
    ] as const) {
      expect(qualifiedName(target, name)).toHaveProperty('fault')
    }
  })

  it('that look like one another are found', () => {
    const names = ['get', 'Get', 'form', 'forrn', 'list1', 'listl', 'v0', 'vO', 'fine', 'alone']
    expect([...lookalikes(names)].sort()).toEqual(names.slice(0, 8).sort())
    expect(lookalikes(['same', 'same'])).toEqual(new Set())
  })
})

describe('M-15: schemas', () => {
  function nested(depth: number): JsonValue {
    let schema: JsonValue = { type: 'string' }
    for (let level = 1; level < depth; level += 1) {
      schema = { type: 'object', properties: { a: schema } }
    }
    return schema
  }
  const wide = (count: number): JsonValue => ({
    properties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, {}])),
  })

  it('are bounded in depth and number', () => {
    expect(schemaFault(nested(32))).toBeUndefined()
    expect(schemaFault(nested(33))).toContain('deeper')
    expect(schemaFault(wide(999))).toBeUndefined()
    expect(schemaFault(wide(1_000))).toContain('subschemas')
    expect(schemaFault({ allOf: Array.from({ length: 1_000 }, () => ({})) })).toContain(
      'subschemas',
    )
    expect(schemaFault({ enum: Array.from({ length: 5_000 }, () => ({ a: 1 })) })).toBeUndefined()
  })

  it.each([
    'http://169.254.169.254/latest',
    'https://acme.example/schema.json',
    'file:///etc/passwd',
    'other.json#/a',
    '//acme.example/a',
    '',
    { a: 1 },
  ])('a reference out of the document is refused: %j', (reference) => {
    expect(schemaFault({ properties: { a: { $ref: reference } } })).toContain('leaves the document')
    expect(schemaFault({ $defs: { a: { items: { $dynamicRef: reference } } } })).toContain('leaves')
    expect(schemaFault({ unknown: [{ $ref: reference }] })).toContain('leaves the document')
  })

  it('a reference within the document is accepted, and data is no schema', () => {
    expect(
      schemaFault({ $defs: { a: {} }, properties: { a: { $ref: '#/$defs/a' } } }),
    ).toBeUndefined()
    expect(schemaFault({ properties: { $ref: { type: 'string' } } })).toBeUndefined()
    expect(schemaFault({ const: { $ref: 'https://acme.example' } })).toBeUndefined()
  })

  it('make the tool unfit, as does a missing or odd input schema, or a huge definition', () => {
    const faultOf = (definition: JsonObject): string | undefined => judgeTool('m', definition).fault
    expect(faultOf(tool)).toBeUndefined()
    for (const unfit of [
      { name: 'a' },
      { name: 'a', inputSchema: { type: 'array' } },
      { name: 'a', inputSchema: [] },
      { name: 'a', inputSchema: { type: 'object' }, description: 'x'.repeat(300_000) },
      { name: 'a', inputSchema: { type: 'object' }, outputSchema: { $ref: 'https://a.example' } },
      { name: 'a', inputSchema: { type: 'object', 'x-mcp-header': 'a' } },
    ]) {
      expect(faultOf(unfit)).toBeTypeOf('string')
    }
  })
})

describe('M-14, SEP-2243: x-mcp-header', () => {
  const declare = (name: JsonValue, more: JsonObject = { type: 'string' }) =>
    headerDeclarations({ properties: { a: { ...more, 'x-mcp-header': name } } })

  it('names the header and the path of the argument', () => {
    expect(
      headerDeclarations({
        properties: {
          a: { type: 'integer', 'x-mcp-header': 'Region' },
          b: { properties: { 'c/d': { type: 'boolean', 'x-mcp-header': 'x.y' } } },
        },
      }),
    ).toEqual({
      headers: [
        { header: 'Mcp-Param-Region', path: ['a'] },
        { header: 'Mcp-Param-x.y', path: ['b', 'c/d'] },
      ],
    })
  })

  it.each([
    '',
    'a b',
    'a\r\nx: y',
    'a:',
    'ü',
    7,
    null,
    'a'.repeat(65),
    'Authorization',
    'cookie',
    'HOST',
    'Transfer-Encoding',
    'connection',
    'x-forwarded-for',
    'Mcp-Name',
    'x-sallyport-a',
  ])('the name %j is refused', (name) => {
    expect(declare(name)).toHaveProperty('fault')
  })

  it('stands on string, integer or boolean arguments only, once each', () => {
    for (const type of ['number', 'object', 'array', 'null', undefined, ['string', 'null']]) {
      expect(declare('a', type === undefined ? {} : { type })).toHaveProperty('fault')
    }
    const a = { type: 'string', 'x-mcp-header': 'a' }
    for (const schema of [
      { properties: { a, b: { ...a, 'x-mcp-header': 'A' } } },
      { ...a },
      { properties: { list: { items: a } } },
      { properties: { any: { anyOf: [a] } } },
      { $defs: { a } },
      { additionalProperties: a },
      { unknownKeyword: { properties: { a } } },
    ]) {
      expect(headerDeclarations(schema)).toHaveProperty('fault')
    }
    expect(headerDeclarations({ default: a })).toEqual({ headers: [] })
  })
})
