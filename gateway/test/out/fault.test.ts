import { describe, expect, it } from 'vitest'

import { FAULTS, type FaultCode } from '../../src/answers.ts'
import { Fault } from '../../src/fault.ts'
import { writeFault } from '../../src/out/fault.ts'
import { CONTEXT, overTheWire } from './wire.ts'

const write = (thrown: unknown, rpcId?: number) =>
  overTheWire((res) => writeFault(res, thrown, { ...CONTEXT, rpcId }))

describe('writeFault (protocol §9)', () => {
  it.each(Object.keys(FAULTS) as FaultCode[])(
    '%s has its status, code and request id',
    async (code) => {
      const wire = await write(new Fault(code, 'INSIDE', { cause: new Error('INSIDE') }), 3)
      expect(wire.status).toBe(FAULTS[code].status)
      expect(wire.json).toMatchObject({
        jsonrpc: '2.0',
        id: 3,
        error: { code: FAULTS[code].rpc, data: { code, request_id: 'req-1' } },
      })
      expect(wire.body).not.toContain('INSIDE')
      expect(wire.headers.has('www-authenticate')).toBe(false)
      expect(wire.headers.has('retry-after')).toBe(FAULTS[code].status === 503)
    },
  )

  it('names what is away and when to try again', async () => {
    const more = { dependency: 'https://login.acme.example', retryAfterSeconds: 30 }
    const wire = await write(new Fault('identify.keys_unavailable', '', more))
    expect(wire.headers.get('retry-after')).toBe('30')
    expect(wire.json).toMatchObject({
      id: null,
      error: { code: -32_000, data: { dependency: 'https://login.acme.example' } },
    })
  })

  it.each([new TypeError('CANARY in the stack'), 'CANARY', undefined])(
    'H-15: of anything else that was thrown (%s) only the request id is told',
    async (thrown) => {
      const wire = await write(thrown)
      expect(wire.status).toBe(500)
      expect(wire.json).toEqual({
        jsonrpc: '2.0',
        id: null,
        error: {
          code: -32_603,
          message: 'the gateway failed',
          data: {
            code: 'gateway.internal',
            request_id: 'req-1',
            what: 'the gateway failed',
            fix: 'give the request id to the operator',
            doc: 'docs/errors.md#gateway.internal',
          },
        },
      })
    },
  )
})
