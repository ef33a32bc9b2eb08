import { describe, expect, it } from 'vitest'
import {
  newTrace,
  receivedTrace,
  spanBelow,
  traceHeaders,
  withTrace,
} from '../../src/observe/trace-context.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const GOOD = `00-${TRACE}-${PARENT}-01`
const inHeader = (parent: string, state?: string) =>
  receivedTrace(
    new Map([['traceparent', parent], ...(state === undefined ? [] : [['tracestate', state]])] as [
      string,
      string,
    ][]),
    {},
  )

describe('W3C Trace Context §2.2: traceparent', () => {
  it('is read from a header and from `_meta`', () => {
    const seen = { traceId: TRACE, parentId: PARENT, sampled: true, state: undefined }
    expect(inHeader(GOOD)).toEqual(seen)
    expect(receivedTrace(new Map(), { traceparent: GOOD })).toEqual(seen)
    expect(inHeader(`00-${TRACE}-${PARENT}-00`)?.sampled).toBe(false)
    expect(inHeader(`00-${TRACE}-${PARENT}-03`)?.sampled).toBe(true)
    expect(inHeader(`cc-${TRACE}-${PARENT}-01-what-the-future-brings`)).toEqual(seen)
  })

  it.each([
    ['nothing', ''],
    ['version ff', `ff-${TRACE}-${PARENT}-01`],
    ['more behind the flags of version 00', `${GOOD}-more`],
    ['something stuck to the flags', `cc-${TRACE}-${PARENT}-01more`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['upper case', GOOD.toUpperCase()],
    ['too few digits', `00-${TRACE.slice(1)}-${PARENT}-01`],
    ['flags that are none', `00-${TRACE}-${PARENT}-0g`],
    ['space around it', ` ${GOOD} `],
    ['a line break', `${GOOD}\n`],
    ['two of them', `${GOOD}, ${GOOD}`],
    ['a very long one', `cc-${TRACE}-${PARENT}-01-${'a'.repeat(1_000)}`],
  ])('with %s is no context', (_, parent) => {
    expect(inHeader(parent)).toBeUndefined()
    expect(receivedTrace(new Map(), { traceparent: parent })).toBeUndefined()
  })

  it.each([[5], [null], [{ traceparent: GOOD }], [[GOOD]]])(
    'that is no text is none: %j',
    (parent) => {
      expect(receivedTrace(new Map(), { traceparent: parent })).toBeUndefined()
    },
  )

  it('of the same trace in both places the header is the nearer one, of two traces `_meta` counts', () => {
    const near = `00-${TRACE}-${'1'.repeat(16)}-01`
    const other = `00-${'2'.repeat(32)}-${'1'.repeat(16)}-01`
    const meta = { traceparent: GOOD }
    expect(receivedTrace(new Map([['traceparent', near]]), meta)?.parentId).toBe('1'.repeat(16))
    expect(receivedTrace(new Map([['traceparent', other]]), meta)?.traceId).toBe(TRACE)
    expect(receivedTrace(new Map([['traceparent', 'bad']]), meta)?.traceId).toBe(TRACE)
  })
})

describe('W3C Trace Context §2.3: tracestate', () => {
  it('goes on as it is, without space around and without empty members', () => {
    expect(inHeader(GOOD, 'rojo=00f067aa0ba902b7, ,\tcongo=t61 r')?.state).toBe(
      'rojo=00f067aa0ba902b7,congo=t61 r',
    )
    expect(inHeader(GOOD, 'tenant@vendor=1')?.state).toBe('tenant@vendor=1')
  })

  it.each([
    ['a member without a value', 'rojo'],
    ['an empty value', 'rojo='],
    ['a key in upper case', 'Rojo=1'],
    ['a value with `=`', 'rojo=a=b'],
    ['a value beyond ASCII', 'rojo=ä'],
    ['a line break', 'rojo=1\r\nx-evil: 1'],
    ['a key twice', 'rojo=1,rojo=2'],
    ['more than 32 members', Array.from({ length: 33 }, (_, at) => `k${at}=1`).join(',')],
    ['more than 512 characters', `rojo=${'a'.repeat(250)},congo=${'b'.repeat(255)},x=1`],
    ['nothing in it', ' , '],
  ])('with %s is dropped, and the context stays', (_, state) => {
    expect(inHeader(GOOD, state)).toMatchObject({ traceId: TRACE, state: undefined })
  })
})

describe('what goes on', () => {
  it('has a span of ours, the flag and the state of the client, in `_meta` and as headers', () => {
    const received = inHeader(GOOD, 'rojo=1')
    const own = received && spanBelow(received)
    expect(own).toMatchObject({ traceId: TRACE, parentId: PARENT, sampled: true, state: 'rojo=1' })
    expect(own?.spanId).toMatch(/^[0-9a-f]{16}$/)
    const meta = withTrace({ traceparent: 'as it came', keep: 1, baggage: 'a=b' }, own)
    const traceparent = `00-${TRACE}-${own?.spanId}-01`
    expect(meta).toEqual({ keep: 1, baggage: 'a=b', traceparent, tracestate: 'rojo=1' })
    expect(traceHeaders(meta)).toEqual(['traceparent', traceparent, 'tracestate', 'rojo=1'])
  })

  it('without a trace is what came, but for what is no context', () => {
    const meta = { keep: 1 }
    expect(withTrace(meta, undefined)).toBe(meta)
    const bad = { keep: 1, traceparent: 'bad\r\nx-evil: 1', tracestate: 'rojo=1' }
    expect(withTrace(bad, undefined)).toEqual({ keep: 1 })
    expect(traceHeaders({})).toEqual([])
  })

  it('each span is new, below the one before', () => {
    const first = newTrace(true)
    const second = spanBelow(first)
    expect(second).toMatchObject({ traceId: first.traceId, parentId: first.spanId })
    expect(second.spanId).not.toBe(first.spanId)
  })
})
