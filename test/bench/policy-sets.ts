// Sets of policies and catalogues of a size, for what is measured about decisions. The policies differ from each other
// and from what is asked, so that the engine has to look at each.
import { buildLoaded, type Loaded } from '../../gateway/src/authorize/loaded.ts'
import { cedar } from '../../gateway/src/authorize/engine.ts'
import { createWorkshop } from '../../gateway/src/authorize/workshop.ts'
import type { PolicyFile } from '../../gateway/src/authorize/policy-files.ts'
import type { Catalogue, CatalogueEntry } from '../../gateway/src/catalogue/entry.ts'
import type { JsonObject } from '../../gateway/src/json/value.ts'
import { catalogue, principal, tool } from '../../gateway/test/authorize/world.ts'

/** More patience than a gateway has: what is measured here is not how long a load may take. */
export const workshop = createWorkshop({ judgeMs: 240_000 })

export const PERSON = principal('alice', { tags: { groups: '|analysts|bench|', tenant: 'acme' } })

export function toolNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `bench___tool_${at}`)
}

export function toolsOf(count: number, more: JsonObject = {}): Catalogue {
  return catalogue(toolNames(count).map((name): CatalogueEntry => tool(name, schemaWith(more))))
}

function schemaWith(more: JsonObject): JsonObject {
  return {
    type: 'object',
    properties: {
      market: { type: 'string' },
      days: { type: 'integer' },
      limit: { type: 'integer' },
      note: { type: 'string' },
      ...more,
    },
  }
}

/** Arguments that no call before had. */
export function newArguments(at: number): JsonObject {
  return { market: `market-${at}`, days: at % 30, limit: at, note: 'n'.repeat(100) }
}

type Policies = {
  readonly count: number
  /** The action scope of the policy at a place. */
  readonly action: (at: number) => string
  /** Whether it reads arguments. */
  readonly reads: (at: number) => boolean
  readonly file?: string
}

/** The first one permits; one of ten after it forbids what is not asked for. */
export function policySet({ count, action, reads, file = 'bench.cedar' }: Policies): PolicyFile {
  const texts = Array.from({ length: count }, (_, at) => {
    const effect = at > 0 && at % 10 === 0 ? 'forbid' : 'permit'
    const first = 'principal.hasTag("groups") && principal.getTag("groups") like "*|bench|*"'
    const own = `principal.hasTag("groups") && principal.getTag("groups") like "*|team-${at}|*"`
    const read = `context.input has market && context.input.market like "m*-${at}-*" && context.input has days && context.input.days > ${at % 40}`
    const when = at === 0 ? first : reads(at) ? read : own
    return `@id("p${at}")\n${effect} (principal is AgentCore::OAuthUser, ${action(at)}, resource)\nwhen { ${when} };\n`
  })
  return { file, text: texts.join('\n') }
}

export const anyAction = (): string => 'action'
export const oneAction = (name: string): string => `action == AgentCore::Action::"${name}"`

/** Throws where the set does not fit. */
export async function loadedSet(
  files: readonly PolicyFile[],
  offered: Catalogue,
  place: string,
  before?: Loaded,
): Promise<Loaded> {
  const parts = { engine: cedar, workshop, pause: () => Promise.resolve() }
  const loaded = await buildLoaded(files, offered, before, place, parts)
  if ('findings' in loaded) throw new Error(JSON.stringify(loaded.findings.slice(0, 3)))
  return loaded
}
