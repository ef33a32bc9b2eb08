// The slice of the configuration for the way out: whom TLS believes, through which proxy connections go, and which
// private addresses they may reach. For all of them under `egress`, for one target or issuer beside its other settings.
// Nothing is taken from the environment.
import { z } from 'zod'
import type { DeepReadonly } from '../config/deep-readonly.ts'
import { secretReference } from '../secrets/reference.ts'
import { isCidr } from './addresses.ts'

const trustObject = z.strictObject({
  authorities: z
    .array(
      z.strictObject({
        file: z
          .string()
          .min(1)
          .meta({ 'x-path': true, 'x-expected': 'a path' })
          .describe('PEM file with one or more certificates; read again when it changes'),
      }),
    )
    .min(1)
    .max(32)
    .describe('certificates of your own authorities'),
  besideSystem: z
    .boolean()
    .default(false)
    .describe('whether the authorities that this machine trusts count too; else yours alone do'),
})

const proxyObject = z.strictObject({
  url: z
    .string()
    .refine(isProxy, {
      error: 'is no address of a proxy',
      params: {
        expected: 'an origin such as `http://proxy.acme.example:3128`',
        fix: 'write scheme, host and port alone; user and password go under `credential`',
      },
    })
    .meta({ 'x-expected': 'an http or https origin' })
    .describe('where the proxy is; it is asked for a tunnel (HTTP CONNECT)'),
  credential: secretReference
    .optional()
    .describe(
      '`user:password` for the proxy; shown to the proxy alone, read again when it changes',
    ),
})

export const trustSettings = trustObject
  .optional()
  .describe('whose certificates are believed; absent: as under `egress`, else those of the machine')

export const proxyChoice = z
  .union([z.literal('direct'), proxyObject])
  .optional()
  .meta({ 'x-expected': '`direct`, or a map with `url` and, if need be, `credential`' })
  .describe('through which proxy; `direct`: through none; absent: as under `egress`')

export function allowedRanges(description: string) {
  return z
    .array(
      z.string().refine(isCidr, {
        error: 'is no address range',
        params: {
          expected: 'a range such as `10.1.2.0/24`',
          fix: 'write address and prefix length',
        },
      }),
    )
    .default([])
    .describe(description)
}

export const egressSettings = z
  .strictObject({
    proxy: proxyObject
      .optional()
      .describe(
        'for every connection outwards: to targets, issuers, webhooks, anchors and sinks; the proxy resolves names then, and which of them may be reached is its to decide',
      ),
    tls: trustSettings,
  })
  .optional()
  .describe('the way out of the gateway')

export type TrustSettings = DeepReadonly<z.output<typeof trustObject>>
export type ProxySettings = DeepReadonly<z.output<typeof proxyObject>>

function isProxy(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return url.username === '' && url.password === '' && text.replace(/\/$/, '') === url.origin
}
