// The configuration, composed of the slices of its parts. One schema makes the typed value, the JSON Schema
// for editors and the reference page. Annotations that the other files of this folder read:
//   x-path        a file or folder, made absolute against the folder of the configuration file
//   x-secret      a secret: what stands there is never shown
//   x-relaxation  a relaxation of security: warned at start, recorded, listed
//   x-expected    what to write, in words; x-fix: how to mend it
import { z } from 'zod'
import { operatorSettings } from '../admin/settings.ts'
import { approvalSettings } from '../authorize/approval/settings.ts'
import { rateLimitSettings } from '../authorize/limits/settings.ts'
import { auditSettings } from '../audit/settings.ts'
import { issuerSettings } from '../identify/settings.ts'
import { minProtocol, OLDEST_VERSION } from '../in/versions.ts'
import { searchSettings } from '../mcp/search/settings.ts'
import { egressSettings } from '../net/outward-settings.ts'
import { logSettings } from '../observe/settings.ts'
import { traceSettings } from '../observe/trace-settings.ts'
import { secretReference } from '../secrets/reference.ts'
import { sheddingSettings } from '../system/pressure-settings.ts'
import { isOrigin, isPublicUrl } from './addresses.ts'
import { isTimeZone } from './time-zones.ts'
import type { DeepReadonly } from './deep-readonly.ts'
import { CONFIG_VERSION } from './migrations.ts'
import { instructions, targetId, targetSettings } from './target.ts'

const port = z.int().min(0).max(65_535)
const host = z
  .string()
  .regex(/^[A-Za-z0-9.:-]{1,253}$/)
  .meta({ 'x-expected': 'an IP address or a host name' })
const milliseconds = (fallback: number) => z.int().min(100).max(600_000).default(fallback)
const path = z.string().min(1).meta({ 'x-path': true, 'x-expected': 'a path' })

const tlsSettings = z.strictObject({
  certificate: z
    .strictObject({ file: path.describe('PEM file with the certificate and its chain') })
    .describe('the certificate; read again when the file changes'),
  key: secretReference.describe('the private key in PEM; read again when it changes'),
})

export const configSchema = z
  .strictObject({
    version: z
      .literal(CONFIG_VERSION)
      .default(CONFIG_VERSION)
      .describe(
        'the version of the form of this file; `sallyport config migrate` brings a file to that of today',
      ),
    publicUrl: z
      .string()
      .refine(isPublicUrl, {
        error: 'is no canonical origin',
        params: {
          expected:
            'an origin in canonical form: `https://host[:port]`, or `http://127.0.0.1:port`',
          fix: 'write scheme and host in lower case, no default port, no path, no slash at the end',
        },
      })
      .meta({ 'x-expected': 'an https origin, or an http origin on loopback' })
      .describe(
        'the origin under which clients reach the gateway; resource identifiers are made of it, and nothing is guessed from the Host header',
      ),
    instructions: instructions.describe(
      'what clients are told about this gateway, for their models; never put together from what targets say',
    ),
    listen: z
      .strictObject({
        host: host.default('127.0.0.1').describe('address to listen on'),
        port: port.default(8443).describe('port to listen on; 0 takes a free one'),
        tls: tlsSettings
          .optional()
          .describe('certificate and key; absent: plain http, on loopback only'),
      })
      .prefault({})
      .describe('where MCP clients connect'),
    operations: z
      .strictObject({
        host: host.default('127.0.0.1').describe('address to listen on'),
        port: port.default(9464).describe('port to listen on; 0 takes a free one'),
      })
      .prefault({})
      .describe('the listener for health, readiness and metrics'),
    stateFolder: path
      .default('./state')
      .describe('folder for the state store, the audit log and the admin socket; mode 0700'),
    authorization: z
      .strictObject({
        mode: z
          .literal('external')
          .describe(
            'who issues tokens: `external`, your own identity provider; there is no default',
          ),
        issuers: z.array(issuerSettings).min(1).max(32).describe('the issuers that are trusted'),
        requiredScopes: z
          .array(
            z
              .string()
              .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/)
              .meta({ 'x-expected': 'a scope (RFC 6749 §3.3)' }),
          )
          .default([])
          .describe('scopes that every call needs'),
      })
      .describe('who may come in'),
    minProtocol: minProtocol
      .default(OLDEST_VERSION)
      .describe(
        'the oldest revision of MCP that clients may speak; `2026-07-28` serves the modern era alone. A target may demand a newer one',
      ),
    allowedOrigins: z
      .array(
        z
          .string()
          .refine(isOrigin, {
            error: 'is no origin',
            params: {
              expected: 'an origin in canonical form, such as `https://app.example`',
              fix: 'write scheme, host and a port that is not the default; no path, no wildcard',
            },
          })
          .meta({ 'x-expected': 'an origin such as `https://app.example`' }),
      )
      .default([])
      .describe('browser origins that may call'),
    policies: z
      .strictObject({
        folder: path.describe(
          'folder with the `*.cedar` files, and the `*.test.yaml` of their cases',
        ),
        gatewayId: z
          .string()
          .min(1)
          .max(2048)
          .optional()
          .describe(
            'id of the `AgentCore::Gateway` that the policies name; default: `publicUrl`. For policies that come from AgentCore, the ARN of its gateway',
          ),
        timeZone: z
          .string()
          .max(64)
          .refine(isTimeZone, {
            error: 'is no time zone that is known here',
            params: { expected: 'an IANA time zone such as `Europe/Berlin`, or `UTC`' },
          })
          .meta({ 'x-expected': 'an IANA time zone' })
          .default('UTC')
          .describe('the time zone of `context.time.hour`, `minute` and `weekday` in policies'),
        logOnly: z
          .array(
            z
              .string()
              .regex(/^[^/\\]+\.cedar$/)
              .meta({ 'x-expected': 'the name of a file in the folder, such as `next.cedar`' }),
          )
          .max(1000)
          .default([])
          .meta({ 'x-relaxation': true })
          .describe(
            'files of the folder whose policies only log: a permit in them allows nothing, a forbid in them forbids nothing, and a call that they would stop is recorded with `would_deny`',
          ),
        editorHelp: z
          .boolean()
          .default(true)
          .describe(
            'write `sallyport.cedarschema`, its JSON form and the JSON Schema of cases into the folder, for editors',
          ),
      })
      .describe('who may do what'),
    targets: z
      .record(targetId, targetSettings)
      .default({})
      .describe('the servers behind the gateway, by id'),
    egress: egressSettings,
    search: searchSettings,
    operators: operatorSettings.optional(),
    approvals: approvalSettings.prefault({}),
    limits: z
      .strictObject({
        bodyBytes: z
          .int()
          .min(1024)
          .max(64 * 1024 * 1024)
          .default(1024 * 1024)
          .describe('largest request body'),
        resultBytes: z
          .int()
          .min(1024)
          .max(256 * 1024 * 1024)
          .default(10 * 1024 * 1024)
          .describe('largest answer of a target'),
        largeAnswersBytes: z
          .int()
          .min(1024 * 1024)
          .max(64 * 1024 * 1024 * 1024)
          .default(64 * 1024 * 1024)
          .describe(
            'memory for answers above one mebibyte, of all calls together, each counted with `resultBytes`; at least two have room, and the others wait',
          ),
        connections: z.int().min(1).max(100_000).default(1000).describe('open connections in all'),
        connectionsPerAddress: z
          .int()
          .min(1)
          .max(100_000)
          .default(256)
          .describe('open connections of one address'),
        streams: z
          .int()
          .min(1)
          .max(100_000)
          .default(500)
          .describe(
            'open streams that tell their listeners of changes, in all; below `connections`, so that calls still get in',
          ),
        streamsPerPrincipal: z
          .int()
          .min(1)
          .max(10_000)
          .default(8)
          .describe('open streams of one person at one client, or of one machine'),
        headersMs: milliseconds(10_000).describe(
          'for the headers of a request, and for a TLS handshake',
        ),
        requestMs: milliseconds(30_000).describe('for a whole request'),
        unreadMs: milliseconds(30_000).describe(
          'for which a client may read nothing of a complete answer before it is cut off',
        ),
      })
      .prefault({})
      .describe('what one client may take'),
    rateLimits: rateLimitSettings.prefault({}),
    shedding: sheddingSettings.prefault({}),
    audit: auditSettings.prefault({}).describe('the audit log: its files, and who vouches for it'),
    log: logSettings.prefault({}).describe('the log on standard output'),
    traces: traceSettings,
  })
  .describe('Configuration of Sallyport')

/** Settings of one target, whatever its kind. */
export type TargetSettings = DeepReadonly<z.output<typeof targetSettings>>
/** The whole configuration: defaults resolved, paths absolute, frozen; its maps have no prototype. */
export type Config = DeepReadonly<z.output<typeof configSchema>>
