// What policies are judged against where no gateway runs: the tools that were approved, out of the state folder, or
// tool definitions at hand. For the operator's commands; nothing here decides a call. Like app.ts it may name
// implementations.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createCatalogue } from './catalogue/catalogue.ts'
import type { Catalogue, CatalogueEntry, TargetHealth } from './catalogue/entry.ts'
import { judgeTool } from './catalogue/offered-tool.ts'
import { readEntry } from './catalogue/offers/resources.ts'
import { catalogueTargets } from './catalogue/settings.ts'
import type { Config } from './config/schema.ts'
import type { JsonObject } from './json/value.ts'
import { createSqliteStore } from './store/sqlite/sqlite.ts'
import { systemClock } from './system/clock.ts'

const DESCRIBED: TargetHealth = { state: 'up', reason: undefined, describedAtMs: 0 }

/** What the gateway of this configuration has approved. Rejects in words where it never ran. */
export async function pinnedCatalogue(config: Config): Promise<Catalogue> {
  const path = join(config.stateFolder, 'state.sqlite')
  if (!existsSync(path))
    throw new Error(`there is no state of a gateway in \`${config.stateFolder}\``)
  const store = await createSqliteStore({ path }, systemClock)
  try {
    const watch = createCatalogue(catalogueTargets(config.targets), {
      // Nobody is asked: a catalogue that was only restored knows what was approved.
      connectors: new Map(),
      credential: () => Promise.reject(new Error('no target is asked')),
      store,
      clock: systemClock,
      log: { warn: () => undefined },
      pinChanged: () => undefined,
    })
    try {
      await watch.restore()
      const { version, entries, health } = watch.current()
      return { version, entries: withReading(entries, config), health: known(entries, health) }
    } finally {
      watch.close()
    }
  } finally {
    await store.close()
  }
}

/** Definitions as a target lists them, taken for approved. Throws in words where one has no usable name. */
export function catalogueOfTools(
  lists: readonly { readonly target: string; readonly tools: readonly JsonObject[] }[],
): Catalogue {
  const entries = new Map<string, CatalogueEntry>()
  for (const { target, tools } of lists) {
    for (const definition of tools) {
      const tool = judgeTool(target, definition)
      if (!('name' in tool)) throw new Error(`a tool of \`${target}\`: ${tool.fault}`)
      entries.set(tool.qualifiedName, {
        kind: 'tool',
        target,
        name: tool.name,
        qualifiedName: tool.qualifiedName,
        wire: tool.definition,
        inputSchema: tool.inputSchema,
        hash: tool.hash,
        pin: 'approved',
        facts: { readOnly: false, idempotent: false, durability: 'synced', auditPaths: [] },
        paramHeaders: tool.paramHeaders,
        quarantined: tool.fault,
      })
    }
  }
  return { version: 1, entries, health: known(entries, new Map()) }
}

/** Reading resources is one action of the same arguments for every target; what else it offers it has to be asked. */
function withReading(entries: Catalogue['entries'], { targets }: Config): Catalogue['entries'] {
  const readings = catalogueTargets(targets).map(readEntry)
  return new Map([...entries, ...readings.map((entry) => [entry.qualifiedName, entry] as const)])
}

/** A target with approved tools has described itself: a name that it does not have is a mistake. */
function known(
  entries: Catalogue['entries'],
  health: Catalogue['health'],
): ReadonlyMap<string, TargetHealth> {
  const described = [...entries.values()].map(({ target }) => [target, DESCRIBED] as const)
  return new Map([...health, ...described])
}
