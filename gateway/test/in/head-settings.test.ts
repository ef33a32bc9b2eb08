import { describe, expect, it } from 'vitest'

import { allowedOrigin } from '../../src/in/check-head.ts'
import { createHeadSettings } from '../../src/in/head-settings.ts'

const settings = (publicUrl: string, loopbackPort?: number) =>
  createHeadSettings({
    publicUrl,
    allowedOrigins: ['https://app.acme.example'],
    loopbackPort,
    nowMs: () => 0,
  })

describe('createHeadSettings (H-12, M-19)', () => {
  it.each([
    ['https://gate.acme.example', ['gate.acme.example', 'gate.acme.example:443']],
    ['https://Gate.acme.example:8443', ['gate.acme.example:8443']],
    ['http://127.0.0.1', ['127.0.0.1', '127.0.0.1:80']],
  ])('%s is served as %j', (publicUrl, hosts) => {
    expect([...settings(publicUrl).hosts]).toEqual(hosts)
  })

  it('a loopback listener adds its own names', () => {
    expect([...settings('http://localhost:8443', 8443).hosts]).toEqual([
      'localhost:8443',
      '127.0.0.1:8443',
      '[::1]:8443',
    ])
  })
})

describe('allowedOrigin (H-16)', () => {
  const of = (...rawHeaders: string[]) =>
    allowedOrigin(rawHeaders, settings('https://gate.acme.example'))

  it('is the one origin of the request, if it is on the list', () => {
    expect(of('Host', 'x', 'ORIGIN', 'https://app.acme.example')).toBe('https://app.acme.example')
    expect(of('Origin', 'https://evil.example')).toBeUndefined()
    expect(of('Origin', 'null')).toBeUndefined()
    expect(of('Host', 'x')).toBeUndefined()
  })

  it('is none where two were sent', () => {
    const origin = 'https://app.acme.example'
    expect(of('Origin', origin, 'Origin', origin)).toBeUndefined()
  })
})
