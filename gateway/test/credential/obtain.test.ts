import { describe, expect, it } from 'vitest'
import { createObtain } from '../../src/credential/obtain.ts'
import { credentialSettings } from '../../src/credential/settings.ts'
import { Fault } from '../../src/fault.ts'
import { permitFor } from '../call/scripted-target.ts'

function obtainWith(value: string | Error, credential: object) {
  return createObtain(
    { market: { credential: credentialSettings.parse(credential) } },
    {
      resolve: async (reference) => {
        if (value instanceof Error) throw value
        return { value: reference.env === 'OTHER' ? '' : value, version: 'v1' }
      },
    },
  )
}
const bearer = { kind: 'secret', prefix: 'Bearer ', secret: { env: 'MARKET' } }

describe('credential: what the gateway shows to a target', () => {
  it('nothing, without waiting', () => {
    const obtain = obtainWith('unused', { kind: 'none' })
    expect(obtain.forPermit(permitFor('{}'))).toEqual({
      kind: 'none',
      id: 'none',
      version: '',
      connectionKey: undefined,
    })
  })

  it('a static secret in one header, by reference; the line break of its file is not part of it', async () => {
    const obtain = obtainWith('s3cret\n', bearer)
    expect(await obtain.forTarget('market')).toEqual({
      kind: 'secret',
      id: 'market/authorization',
      version: 'v1',
      connectionKey: undefined,
      header: 'authorization',
      value: 'Bearer s3cret',
    })
  })

  it.each(['a\r\nx-admin: 1', 'a\nb', 'ü', '', 'a\u0000', ' a', 'a ', 'x'.repeat(9_000)])(
    'H-07: a secret that is no header value is a fault, and is not in its words: %j',
    async (value) => {
      const obtain = obtainWith(value, { ...bearer, prefix: '' })
      const fault = await Promise.resolve(obtain.forTarget('market')).catch(
        (error: unknown) => error,
      )
      expect(fault).toBeInstanceOf(Fault)
      expect(fault).toMatchObject({ code: 'credential.unavailable' })
      expect(String(fault)).toBe('Fault: target market: its secret does not fit into a header')
    },
  )

  it('a secret that cannot be read is a fault, never a call without it', async () => {
    const obtain = obtainWith(new Error('no such file'), bearer)
    await expect(obtain.forTarget('market')).rejects.toMatchObject({
      code: 'credential.unavailable',
    })
    expect(() => obtain.forTarget('unknown')).toThrow(Fault)
  })
})

describe('credential: settings', () => {
  it.each([
    'host',
    'Connection',
    'content-length',
    'transfer-encoding',
    'mcp-name',
    'x-forwarded-for',
    'a b',
    'a:b',
    '',
  ])('the header %j carries no credential', (header) => {
    expect(credentialSettings.safeParse({ ...bearer, header }).success).toBe(false)
  })

  it('header names are lower case, prefixes are plain, secrets are references', () => {
    expect(credentialSettings.parse({ ...bearer, header: 'X-Api-Key' })).toMatchObject({
      header: 'x-api-key',
    })
    expect(credentialSettings.safeParse({ ...bearer, prefix: 'a\n' }).success).toBe(false)
    expect(credentialSettings.safeParse({ ...bearer, secret: 'inline' }).success).toBe(false)
  })
})
