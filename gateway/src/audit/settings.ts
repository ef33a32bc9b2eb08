// The slice of the configuration for the audit log (policy-audit §2.3, §2.6): how it is cut into files, who signs its
// checkpoints, who keeps them elsewhere, and where records are sent. All of it takes effect at the start.
import { z } from 'zod'
import type { DeepReadonly } from '../config/deep-readonly.ts'
import { allowedRanges } from '../net/outward-settings.ts'
import { secretReference } from '../secrets/reference.ts'
import { parseVerifierKey } from './note.ts'

const MIB = 1024 * 1024

const path = z.string().min(1).meta({ 'x-path': true, 'x-expected': 'a path' })
const id = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
  .meta({ 'x-expected': 'lower-case letters, digits and inner hyphens' })

const elsewhere = {
  url: z
    .url({ protocol: /^https?$/ })
    .refine((text) => isPlain(text), {
      error: 'is no plain URL',
      params: {
        expected: 'an absolute URL without user information and fragment',
        fix: 'write the URL alone; a token goes under `token`',
      },
    })
    .describe('where it is sent, by POST'),
  token: secretReference.optional().describe('sent as a bearer token'),
  allowAddresses: allowedRanges('private ranges in which it may lie; all else must be public'),
  allowInsecure: z
    .boolean()
    .default(false)
    .meta({ 'x-relaxation': true })
    .describe('allows plain http and addresses of this host and of private networks'),
}

const anchor = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('folder').describe('a folder on another disk or machine'),
      path: path.describe('the folder; it must exist'),
    }),
    z.strictObject({
      kind: z.literal('https').describe('whatever keeps what is posted to it'),
      ...elsewhere,
    }),
    z.strictObject({
      kind: z.literal('witness').describe('a witness as of C2SP tlog-witness'),
      ...elsewhere,
      url: elsewhere.url.describe('its submission prefix, without `/add-checkpoint`'),
      key: z
        .string()
        .refine((text) => parseVerifierKey(text) !== undefined, {
          error: 'is no verifier key',
          params: {
            expected: '`<name>+<8 hex digits>+<base64>` as of C2SP signed-note',
            fix: 'copy the verifier key that the witness publishes',
          },
        })
        .describe('its verifier key: cosignatures by others count for nothing'),
    }),
  ])
  .describe('somebody else who has seen the checkpoints')

const sink = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('https').describe('lines of the log by POST, as `application/x-ndjson`'),
      ...elsewhere,
      batchBytes: z
        .int()
        .min(20_000)
        .max(8 * MIB)
        .default(MIB)
        .describe('largest body of one request'),
    }),
  ])
  .describe('a place that gets every record, without personal values')

const members = z.strictObject({
  rotateBytes: z
    .int()
    .min(MIB)
    .max(16 * 1024 * MIB)
    .default(256 * MIB)
    .describe('size at which the log goes on in another file'),
  rotateHours: z
    .number()
    .min(0.01)
    .max(8760)
    .default(24)
    .describe('age at which the log goes on in another file'),
  reserveBytes: z
    .int()
    .min(64 * 1024)
    .max(16 * 1024 * MIB)
    .default(64 * MIB)
    .describe('disk that is kept for the end: what is still recorded when the disk is full'),
  heartbeatSeconds: z
    .number()
    .min(1)
    .max(3600)
    .default(60)
    .describe('there is a record at least that often; a longer gap is a gap in the log'),
  checkpoint: z
    .strictObject({
      everyRecords: z
        .int()
        .min(1)
        .max(10_000_000)
        .default(10_000)
        .describe('after so many records, a second later at most'),
      everySeconds: z.number().min(1).max(86_400).default(10).describe('and after so much time'),
    })
    .prefault({})
    .describe('when a statement about all records so far is signed'),
  signer: z
    .strictObject({
      socket: path.describe('the socket of `sallyport audit signer`, which holds the key'),
    })
    .optional()
    .describe('who signs checkpoints; absent: there are none'),
  anchors: z
    .record(id, anchor)
    .default({})
    .describe('who else keeps the checkpoints, by id; without one nobody outside has seen them'),
  sinks: z.record(id, sink).default({}).describe('where every record is sent as well, by id'),
})

export const auditSettings = members.refine(
  ({ signer, anchors }) => signer !== undefined || Object.keys(anchors).length === 0,
  {
    error: 'there are anchors and no signer',
    path: ['anchors'],
    params: {
      expected: '`audit.signer`: anchors keep checkpoints, and a checkpoint is signed',
      fix: 'run `sallyport audit signer` and name its socket under `audit.signer`',
    },
  },
)

export type AuditConfig = DeepReadonly<z.output<typeof auditSettings>>
export type AnchorSettings = AuditConfig['anchors'][string]
export type SinkSettings = AuditConfig['sinks'][string]

function isPlain(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && url.username === '' && url.password === '' && !text.includes('#')
}
