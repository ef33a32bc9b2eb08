import { describe, expect, test } from 'vitest'
import {
  fullSchema,
  schemaOf as schemaFrom,
  type SchemaSources,
} from '../../src/authorize/catalogue-schema.ts'
import type { Catalogue } from '../../src/catalogue/entry.ts'
import { bindInput } from '../../src/authorize/bind-input.ts'
import { identifierOf, targetOf } from '../../src/authorize/names.ts'
import { baseSchema } from '../../src/authorize/request-schema.ts'
import { generateToolSchema } from '../../src/authorize/generate-schema.ts'
import { cedarNotation, notationOf } from '../../src/authorize/schema-text.ts'
import type { JsonObject } from '../../src/json/value.ts'
import { call, catalogue, identity, isPermitted, started, tool, inThisThread } from './world.ts'

function schemaOf(offered: Catalogue, before?: SchemaSources['before']) {
  return schemaFrom(offered, { before, generate: inThisThread.generate })
}

function reasonOf(inputSchema: unknown): string {
  const made = generateToolSchema('t___x', inputSchema as JsonObject)
  return 'quarantined' in made ? made.quarantined : 'no reason'
}

describe('policy-audit §1.2: one schema per tool', () => {
  test('a tool that breaks the generator is quarantined with the reason; the rest load (P-16)', async () => {
    const made = await schemaOf(
      catalogue([
        tool('t___good', { type: 'object', properties: { a: { type: 'string' } } }),
        tool('t___bad', { type: 'object', properties: { 'a-b': { type: 'string' } } }),
      ]),
    )
    expect([...made.tools.keys()]).toEqual(['t___good'])
    expect(made.quarantined.get('t___bad')).toMatch(
      /^no policy schema can be made .*unexpected token/,
    )
  })

  test.each([
    ['a reserved word as a property', { properties: { in: { type: 'string' } } }],
    [
      'a type that holds itself',
      {
        properties: { n: { $ref: '#/$defs/N' } },
        $defs: { N: { type: 'object', properties: { n: { $ref: '#/$defs/N' } } } },
      },
    ],
    [
      'a name that Cedar keeps for itself',
      { properties: { Action: { type: 'string', enum: ['a'] } } },
    ],
    ['a definition that is not there', { properties: { n: { $ref: '#/$defs/N' } } }],
    ['a reference elsewhere', { properties: { n: { $ref: 'https://x.example/s' } } }],
    ['a schema that is no object', { properties: { n: true } }],
    ['properties that are no object', { properties: 5 }],
    [
      'a definition that hides a type of Cedar',
      {
        properties: {
          s: {
            type: 'object',
            properties: { t: { $ref: '#/$defs/String' }, u: { type: 'string' } },
          },
        },
        $defs: { String: { type: 'integer' } },
      },
    ],
  ])('%s quarantines the tool', (_name, schema) => {
    expect(reasonOf(schema)).toMatch(/^no policy schema can be made of its input schema: ./)
  })

  test.each(['constructor', 'toString', 'hasOwnProperty'])(
    'a property that is called `%s` is one like any other, and stops no load (P-16)',
    async (name) => {
      const inputSchema = {
        type: 'object',
        properties: { [name]: { type: 'string', enum: ['x', 'y'] } },
      }
      const reading = `permit(principal, action == AgentCore::Action::"t___x", resource)
when { context.input has ${name} && context.input.${name} == AgentCore::t___x::Input::${name}::"x" };`
      const authorize = await started([reading], [tool('t___x', inputSchema)])
      expect(isPermitted(call(authorize, identity('bob'), 't___x', { [name]: 'x' }))).toBe(true)
      expect(isPermitted(call(authorize, identity('bob'), 't___x', { [name]: 'y' }))).toBe(false)
    },
  )

  test('names that are no identifiers keep their action and lend their types another name', async () => {
    const schema = { type: 'object', properties: { side: { type: 'string', enum: ['a'] } } }
    const made = await schemaOf(catalogue([tool('my-target___get.prices', schema)]))
    const text = notationOf(JSON.stringify(fullSchema(made)))
    expect(text).toContain('action "my-target___get.prices"')
    expect(text).toContain('namespace AgentCore::my_target___get_prices::Input')
    expect([identifierOf('1-a'), targetOf('___x'), targetOf('a___b___c')]).toEqual([
      '_1_a',
      undefined,
      'a',
    ])
  })

  test('of two names that look alike the identifier stays and the other is quarantined', async () => {
    const made = await schemaOf(catalogue([tool('t___a-b'), tool('t___a.b'), tool('t___a_b')]))
    expect([...made.tools.keys()]).toEqual(['t___a_b'])
    expect([...made.quarantined.values()]).toEqual([
      'its policy types are named like those of `t___a_b`',
      'its policy types are named like those of `t___a_b`',
    ])
  })

  test('pending tools stay out, changed and quarantined ones stay in with what was approved', async () => {
    const made = await schemaOf(
      catalogue([
        tool('t___new', {}, { pin: 'pending' }),
        tool('t___changed', {}, { pin: 'changed' }),
        tool('t___gone', {}, { quarantined: 'gone' }),
      ]),
    )
    expect([...made.tools.keys()]).toEqual(['t___changed', 't___gone'])
  })

  test('a reload generates only what has changed', async () => {
    const first = await schemaOf(catalogue([tool('t___a'), tool('t___b')]))
    const other = tool('t___b', { type: 'object', properties: { x: { type: 'string' } } })
    const second = await schemaOf(catalogue([tool('t___a'), other]), first.made)
    expect(second.tools.get('t___a')).toBe(first.tools.get('t___a'))
    expect(second.tools.get('t___b')).not.toBe(first.tools.get('t___b'))
    expect(second.version).not.toBe(first.version)
    expect((await schemaOf(catalogue([tool('t___b'), tool('t___a')]))).version).toBe(first.version)
  })

  test('a schema that has no text is said to have none', async () => {
    const schema = { AgentCore: { entityTypes: { E: 5 }, actions: {} } }
    await expect(cedarNotation(JSON.stringify(schema))).rejects.toThrow('no text for the schema')
  })
})

describe('what the generator makes is bound strictly', () => {
  const home = 'AgentCore'
  const bound =
    (type: object, inputSchema: JsonObject, entityTypes: object = {}) =>
    () => {
      const schema = baseSchema()
      Object.assign(schema[home]?.commonTypes ?? {}, { I: type })
      Object.assign(schema[home]?.entityTypes ?? {}, entityTypes)
      return bindInput(schema, home, 'I', inputSchema)
    }
  const record = (v: object) => ({ type: 'Record', attributes: { v } })
  const property = (v: JsonObject) => ({ properties: { v } })

  test('an unknown type, a missing part, an entity without tags and an input that is no record', () => {
    expect(bound({ type: 'Long' }, {})).toThrow('the input is no object')
    expect(bound(record({ type: 'Odd' }), property({}))).toThrow('the type `Odd` is not known')
    expect(bound(record({ type: 'Record', attributes: {} }), property({ anyOf: [{}] }))).toThrow(
      'the generated type has no `typeChoice0`',
    )
    expect(bound(record({ type: 'Long' }), {})).toThrow('a part of the schema is missing')
    const named = record({ type: 'Entity', name: 'AgentCore::E' })
    expect(bound(named, property({}), { E: {} })).toThrow('the entity type `E` has no tags')
  })

  test('types declared in the namespace of the tool, spelled either way', () => {
    const made = bound(
      record({ type: 'Set', element: { type: 'Bool' } }),
      property({ items: true }),
    )()
    expect(made.attributes.get('v')?.type).toEqual({ kind: 'set', element: { kind: 'boolean' } })
    const odd = bound(record({ type: 'Record', attributes: {} }), property({ anyOf: 5 }))()
    expect(odd.attributes.get('v')?.type).toEqual({ kind: 'record', attributes: new Map() })
    const tags = { E: { tags: { type: 'String' } } }
    const tagged = bound(
      record({ type: 'EntityOrCommon', name: 'E' }),
      property({ additionalProperties: {} }),
      tags,
    )()
    expect(tagged.attributes.get('v')?.type).toMatchObject({
      kind: 'entity',
      entity: 'AgentCore::E',
    })
  })
})
