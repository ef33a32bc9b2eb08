// The slice of the configuration for approvals: who is told, and how many requests may wait.
import { z } from 'zod'
import { secretReference } from '../../secrets/reference.ts'

const webhookUrl = z
  .string()
  .max(1024)
  .refine(isWebhookUrl, {
    error: 'is no address for a webhook',
    params: {
      expected: 'an absolute `https` URL without user, password and fragment',
      fix: 'write the address that receives the notices; a secret belongs into `secret`',
    },
  })
  .meta({ 'x-expected': 'an https URL' })

export const approvalSettings = z
  .strictObject({
    waitingPerPerson: z
      .int()
      .min(1)
      .max(1000)
      .default(20)
      .describe('how many requests of one person may wait at a time'),
    webhook: z
      .strictObject({
        url: webhookUrl.describe('where a notice is posted when somebody asks'),
        secret: secretReference.describe(
          'key of the signature (HMAC-SHA256): `whsec_` and base64, or any text of 24 bytes and more',
        ),
        allowInsecureWebhook: z
          .boolean()
          .default(false)
          .meta({ 'x-relaxation': true })
          .describe('plain http and private addresses for this webhook: for development'),
        allowAddresses: z
          .array(z.union([z.cidrv4(), z.cidrv6()]))
          .default([])
          .meta({ 'x-relaxation': true })
          .describe('private address ranges that this webhook may be in, as CIDR'),
      })
      .superRefine(({ url, allowInsecureWebhook }, context) => {
        if (!url.startsWith('http:') || allowInsecureWebhook) return
        context.addIssue({
          code: 'custom',
          path: ['url'],
          message: 'is plain http',
          params: { expected: 'https, or `allowInsecureWebhook: true`' },
        })
      })
      .optional()
      .describe(
        'tells those who decide; the notice says what waits, and nothing of what it carries',
      ),
  })
  .describe('calls that wait for a second person, and requests for access')

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T
export type ApprovalSettings = DeepReadonly<z.output<typeof approvalSettings>>
export type WebhookSettings = NonNullable<ApprovalSettings['webhook']>

function isWebhookUrl(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    !/[#\s]/.test(text)
  )
}
