// The slice of the configuration that every target shares: which baseline its pins belong to, and what is
// true of its tools. A target's own annotations are never believed for the latter.
import { z } from 'zod'
import type { DeepReadonly } from '../config/deep-readonly.ts'
import type { JsonObject } from '../json/value.ts'
import type { ToolFacts } from './entry.ts'

const toolSettings = z.strictObject({
  description: z
    .string()
    .min(1)
    .max(8192)
    .optional()
    .describe(
      "what clients are told about it instead of the target's own description; the pin stays that of what the target offers",
    ),
  readOnly: z.boolean().default(false).describe('the tool changes nothing at the target'),
  idempotent: z
    .boolean()
    .default(false)
    .describe('calling it twice does what calling it once does'),
  durability: z
    .enum(['written', 'synced'])
    .optional()
    .describe(
      'what the intent survives before the call: `written` the death of the process, `synced` of the machine; default: `written` for read-only tools, otherwise `synced`',
    ),
  audit: z
    .array(
      z
        .string()
        .regex(/^(\/([^~/]|~[01])*)+$/)
        .max(256)
        .meta({ 'x-expected': 'a JSON Pointer into the arguments, such as `/market`' }),
    )
    .max(64)
    .default([])
    .describe(
      'arguments that the audit log keeps in clear; of all others it keeps a salted digest',
    ),
})

export const catalogueMembers = {
  baseline: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .default('1')
    .meta({ 'x-expected': 'letters, digits, dots, hyphens' })
    .describe(
      'label of the approved state: of the first catalogue that is seen under a new label, the tools without a finding of the scanner are approved as they are; everything else and every later change waits for `sallyport pins approve`',
    ),
  trusted: z
    .boolean()
    .default(false)
    .meta({ 'x-relaxation': true })
    .describe(
      'approves the first catalogue under a baseline label whatever the scanner finds in it; later changes wait all the same',
    ),
  reviewAll: z
    .boolean()
    .default(false)
    .describe('approves nothing without a review: the first catalogue waits as well'),
  tools: z
    .record(z.string().regex(/^(?:(?:prompt:)?[A-Za-z0-9_.-]{1,128}|resource:read)$/), toolSettings)
    .default({})
    .describe(
      "facts about tools, by the target's own name; about prompts by `prompt:<name>`, about all resources by `resource:read`",
    ),
  onlyTools: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,128}$/)
        .meta({ 'x-expected': "the target's own name of a tool" }),
    )
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      'the tools that are taken from this target, by its own names; every other one is left out: neither listed nor callable, whatever the policies say. Default: all that are approved',
    ),
  resourcePriority: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(1000)
    .describe(
      'where several targets list the same resource, or have a template for it, the one with the lowest number answers on the endpoint of all targets',
    ),
  resourcePrefixes: z
    .array(
      z
        .string()
        .max(512)
        .regex(/^(?!file:)[a-z][a-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/[\]!$&'()*+,;=%]*[/:])?$/)
        .meta({
          'x-expected': 'the beginning of URIs, up to a slash or colon, such as `docs://acme/`',
        }),
    )
    .max(64)
    .default([])
    .describe(
      'beginnings of URIs that belong to this target, listed or not, and to no other one; `file:` is not read',
    ),
}

export type ToolSettings = DeepReadonly<z.output<typeof toolSettings>>
/** What the catalogue needs to know of one target. */
export type CatalogueTarget = {
  readonly id: string
  readonly baseline: string
  readonly trusted?: boolean
  readonly reviewAll?: boolean
  readonly tools: Readonly<Record<string, ToolSettings>>
  /** By the target's own names; absent: all. */
  readonly onlyTools?: readonly string[] | undefined
  readonly resourcePriority: number
  readonly resourcePrefixes: readonly string[]
  /** Why arguments cannot be checked against a schema, where the target asks for that; in words. */
  readonly argumentFault?: (inputSchema: JsonObject) => string | undefined
}

/** What the catalogue needs, out of the settings of all targets. */
export function catalogueTargets(
  targets: Readonly<Record<string, Omit<CatalogueTarget, 'id'>>>,
): readonly CatalogueTarget[] {
  return Object.entries(targets).map(([id, target]) => {
    const { baseline, trusted = false, reviewAll = false, tools, onlyTools } = target
    const { resourcePriority, resourcePrefixes } = target
    const taken = { tools, onlyTools, resourcePriority, resourcePrefixes }
    return { id, baseline, trusted, reviewAll, ...taken }
  })
}

/** Of a prompt or a resource: it is only read, whatever else is configured. */
export function readingFacts(target: Pick<CatalogueTarget, 'tools'>, name: string): ToolFacts {
  const settings = Object.hasOwn(target.tools, name) ? target.tools[name] : undefined
  const { auditPaths } = factsOf(settings)
  const durability = settings?.durability ?? 'written'
  return { readOnly: true, idempotent: true, durability, auditPaths }
}

/** The facts of a tool: as configured, otherwise the careful ones. */
export function factsOf(settings: ToolSettings | undefined): ToolFacts {
  const readOnly = settings?.readOnly ?? false
  return {
    readOnly,
    idempotent: settings?.idempotent ?? false,
    durability: settings?.durability ?? (readOnly ? 'written' : 'synced'),
    auditPaths: settings?.audit ?? [],
  }
}
