// The slice of the configuration for what is believed of a target's tools: the baseline that their pins
// belong to, and facts that no annotation of the target can set.
import { z } from 'zod'

const toolName = z
  .string()
  .regex(/^[A-Za-z0-9_./-]{1,128}$/)
  .meta({ 'x-expected': 'the name of a tool as the target has it' })

const toolFactsSettings = z.strictObject({
  readOnly: z.boolean().default(false).describe('the tool changes nothing'),
  idempotent: z.boolean().default(false).describe('calling it twice is as good as once'),
  durability: z
    .enum(['written', 'synced'])
    .optional()
    .describe(
      'how durable the intent is before the call: `written` survives the death of the process, `synced` that of the machine; absent: `written` for read-only tools, `synced` for all others',
    ),
  audit: z
    .array(
      z
        .string()
        .regex(/^(\/([^~/]|~[01])*)+$/)
        .meta({ 'x-expected': 'a JSON Pointer (RFC 6901), such as `/market`' }),
    )
    .max(32)
    .default([])
    .describe('arguments that the audit log may keep in clear; all others are digests'),
})

/** Members that config/target.ts puts into the settings of every kind of target. */
export const catalogueMembers = {
  baseline: z
    .string()
    .min(1)
    .max(64)
    .default('1')
    .describe(
      'label of the approved definitions: the first catalogue seen under a new label is approved as it is',
    ),
  tools: z.record(toolName, toolFactsSettings).default({}).describe('facts about single tools'),
}

export type ToolFactsSettings = Readonly<z.output<typeof toolFactsSettings>>
export type CatalogueSettings = {
  readonly baseline: string
  readonly tools: Readonly<Record<string, ToolFactsSettings>>
}
