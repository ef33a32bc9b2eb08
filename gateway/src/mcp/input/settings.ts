// The slice of a target that says what it may ask of the client in the middle of a call (MCP 2026-07-28,
// basic/patterns/mrtr; 2025-11-25, client/elicitation). Phishing and the abuse of other people's models begin here
// (attacks M-18), so whatever reaches beyond a plain form is off until somebody writes it down.
import { z } from 'zod'
import type { DeepReadonly } from '../../config/deep-readonly.ts'

const host = z
  .string()
  .max(260)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?$/)
  .meta({
    'x-expected':
      'a host in lower case such as `accounts.example.com`, with a port if it is not 443',
  })

const mayAskObject = z.strictObject({
  forms: z
    .boolean()
    .default(true)
    .describe(
      'forms that the person fills in; one that asks for a secret is refused whatever stands here',
    ),
  urlHosts: z
    .array(host)
    .max(64)
    .default([])
    .describe(
      'hosts of pages that the person may be sent to (elicitation by URL); https alone, and exactly these',
    ),
  sampling: z
    .boolean()
    .default(false)
    .meta({ 'x-relaxation': true })
    .describe('lets the target use the model of the client, with a prompt that the target writes'),
  roots: z
    .boolean()
    .default(false)
    .meta({ 'x-relaxation': true })
    .describe('lets the target ask which folders the client works in'),
})

export const mayAskSettings = mayAskObject
  .prefault({})
  .describe('what the target may ask of the client before it answers a call')

export type MayAsk = DeepReadonly<z.output<typeof mayAskObject>>
