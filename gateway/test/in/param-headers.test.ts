import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { CatalogueEntry, ParamHeader } from '../../src/catalogue/entry.ts'
import { isSameDecimal } from '../../src/in/decimal.ts'
import { Head, Inbound } from '../../src/in/inbound.ts'
import { checkParamHeaders, undeclaredParamHeaders } from '../../src/in/param-headers.ts'
import { readToolCall } from '../../src/in/tool-call.ts'
import { rawNumber } from '../../src/json/raw-number.ts'
import type { JsonValue } from '../../src/json/value.ts'

const b64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`

function inbound(args: JsonValue, headers: Record<string, string>, repeated?: string): Inbound {
  const head = new Head({
    requestId: 'r',
    route: { target: undefined, resource: '', metadataUrl: '', minProtocol: '2025-03-26' },
    method: 'POST',
    headers: new Map(),
    repeatedMirrors: repeated === undefined ? undefined : new Set([repeated]),
    peerAddress: '',
    arrivedMonotonicMs: 0,
  })
  return new Inbound({
    head,
    id: 1,
    method: 'tools/call',
    params: { name: 't', arguments: args },
    meta: {},
    protocolVersion: '2026-07-28',
    session: undefined,
    paramHeaders: new Map(Object.entries(headers)),
  })
}

const declared: readonly ParamHeader[] = [{ header: 'Mcp-Param-Region', path: ['where', 'region'] }]
const entry = { paramHeaders: declared } as unknown as CatalogueEntry
const region = (value: JsonValue) => ({ where: { region: value } })

function verdict(value: JsonValue, header: string | undefined, repeated?: string) {
  const headers = header === undefined ? {} : { 'mcp-param-region': header }
  return checkParamHeaders(inbound(region(value), headers, repeated), entry)?.refused ?? 'agrees'
}

describe('checkParamHeaders (SEP-2243, M-01)', () => {
  it.each<[JsonValue, string]>([
    ['eu', 'eu'],
    ['', ''],
    ['', b64('')],
    ['é', b64('é')],
    [' x ', b64(' x ')],
    ['=?base64?eA==?=', b64('=?base64?eA==?=')],
    [true, 'true'],
    [false, 'false'],
    [42, '42'],
    [42, '42.0'],
    [-1.5, '-1.5'],
    [0, '-0'],
    [1e21, '1e+21'],
    [rawNumber('42.0'), '42'],
    [rawNumber('1E5'), '100000'],
    [rawNumber('9007199254740993'), '9007199254740993'],
  ])('%j agrees with the header %s', (value, header) => {
    expect(verdict(value, header)).toBe('agrees')
  })

  it.each<[JsonValue, string | undefined]>([
    ['eu', undefined],
    ['', undefined],
    [true, undefined],
    [42, undefined],
    [rawNumber('42.0'), undefined],
    ['eu', 'us'],
    ['eu', 'EU'],
    ['eu', b64('us')],
    ['eu', '=?base64?ZXU?='],
    ['42', '42.0'],
    [true, 'TRUE'],
    [42, '43'],
    [42, 'x'],
    [rawNumber('9007199254740993'), '9007199254740992'],
    [['eu'], 'eu'],
    [{ a: 1 }, '{"a":1}'],
  ])('%j does not agree with the header %s', (value, header) => {
    expect(verdict(value, header)).toBe('in.header_mismatch')
  })

  it.each<[JsonValue]>([[['eu']], [{ a: 1 }], [2 ** 60], [rawNumber('9007199254740993')]])(
    'no header is expected for %j: clients send none',
    (value) => {
      expect(verdict(value, undefined)).toBe('agrees')
    },
  )

  it('an absent or null argument expects none, and a header that comes is not used', () => {
    expect(verdict(null, 'eu')).toBe('agrees')
    for (const args of [{}, { where: {} }, { where: 'x' }, { where: [] }]) {
      expect(checkParamHeaders(inbound(args, { 'mcp-param-region': 'eu' }), entry)).toBeUndefined()
    }
  })

  it('inherited members are no arguments', () => {
    const path = { paramHeaders: [{ header: 'Mcp-Param-X', path: ['constructor', 'name'] }] }
    const call = inbound({}, {})
    expect(checkParamHeaders(call, path as unknown as CatalogueEntry)).toBeUndefined()
  })

  it('a header that came twice is refused, even with the same value', () => {
    expect(verdict('eu', 'eu', 'mcp-param-region')).toBe('in.header_mismatch')
  })

  it('the refusal names the header and no value', () => {
    const refusal = checkParamHeaders(inbound(region('s3cr3t'), {}), entry)
    expect(refusal).toEqual({
      refused: 'in.header_mismatch',
      seen: '`Mcp-Param-Region` is missing',
      rpcId: 1,
    })
  })

  it('undeclared headers are what is left without the declared ones', () => {
    const call = inbound(region('eu'), { 'mcp-param-region': 'eu', 'mcp-param-x': b64('é') })
    expect([...undeclaredParamHeaders(call, entry)]).toEqual([['mcp-param-x', b64('é')]])
    expect(undeclaredParamHeaders(inbound({}, {}), entry).size).toBe(0)
  })
})

describe('isSameDecimal', () => {
  it('property: writing a number in another form does not change it, another number is another', () => {
    const integer = fc.bigInt({ min: 1n, max: 10n ** 30n })
    fc.assert(
      fc.property(integer, fc.nat(9), fc.boolean(), (value, zeros, negative) => {
        const text = `${negative ? '-' : ''}${value}`
        const padded = `${text}.${'0'.repeat(zeros + 1)}`
        expect(isSameDecimal(text, padded)).toBe(true)
        expect(isSameDecimal(text, `${text}${'0'.repeat(zeros)}e-${zeros}`)).toBe(true)
        expect(isSameDecimal(text, `${negative ? '-' : ''}${value + 1n}`)).toBe(false)
        expect(isSameDecimal(text, `${negative ? '' : '-'}${value}`)).toBe(false)
      }),
    )
  })

  it('zero has no sign', () => {
    expect(isSameDecimal('0', '-0.00')).toBe(true)
    expect(isSameDecimal('0', '0.01')).toBe(false)
  })

  it.each(['', 'x', '0x10', '1e', '.5', ' 1', 'Infinity'])('%j is no decimal', (text) => {
    expect(isSameDecimal(text, text)).toBe(false)
  })
})

describe('readToolCall (MCP 2026-07-28, server/tools)', () => {
  const call = (params: object) => readToolCall({ params } as Inbound)

  it('takes name and arguments; absent arguments are none', () => {
    expect(call({ name: 't', arguments: { a: 1 } })).toEqual({ name: 't', args: { a: 1 } })
    expect(call({ name: 't' })).toEqual({ name: 't', args: {} })
  })

  it.each([{}, { name: 1 }, { name: 't', arguments: [] }, { name: 't', arguments: null }])(
    'refuses %j',
    (params) => {
      expect(call(params)).toMatchObject({ refused: 'in.invalid_params' })
    },
  )
})
