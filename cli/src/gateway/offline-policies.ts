// Policies without a running gateway: the set in the folder of the configuration, or in one that is named, and the
// tools that it is judged against: what the gateway approved, or definitions out of files.
import { access, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { PolicyFile } from '@sallyport/gateway/authorize/policy-files.ts'
import type { Trial, TrialSettings } from '@sallyport/gateway/authorize/trial.ts'
import type { Catalogue } from '@sallyport/gateway/catalogue/entry.ts'
import type { Config } from '@sallyport/gateway/config/schema.ts'
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import { CommandFailure } from '../exit-codes.ts'
import { parseObject, readText } from '../commands/call-arguments.ts'
import { objectsOf, stringOf } from '../mcp/shape.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { loadChecked } from './load-checked.ts'
import { DEFAULT_CONFIG } from './state-folder.ts'

export type OfflineOptions = { readonly config: string; readonly tools?: readonly string[] }

export type Surroundings = {
  /** Absent where tools and policies were named and there is no configuration. */
  readonly config: Config | undefined
  readonly catalogue: Catalogue
  readonly settings: TrialSettings
}

/** For sets that are judged without any configuration at hand. */
const ANYWHERE = { gatewayId: 'https://gateway.invalid', homeIssuer: 'https://issuer.invalid' }

export function defineOffline(command: Command): void {
  command
    .option('--config <file>', 'configuration file', DEFAULT_CONFIG)
    .option(
      '--tools <file...>',
      'judge against these definitions, as `sallyport tools --json` prints them; `<target>=<file>` where names have no target',
    )
}

/** `needed`: the configuration is needed for more than the tools. */
export async function openOffline(
  options: OfflineOptions,
  needed: boolean,
  terminal: Terminal,
): Promise<Surroundings> {
  const { tools } = options
  const there = await access(options.config).then(
    () => true,
    () => false,
  )
  const withoutConfig = tools !== undefined && !needed && !there
  const config = withoutConfig ? undefined : (await loadChecked(options.config, terminal)).config
  const settings =
    config === undefined
      ? ANYWHERE
      : {
          gatewayId: config.policies.gatewayId ?? config.publicUrl,
          homeIssuer: config.authorization.issuers[0]?.issuer ?? ANYWHERE.homeIssuer,
          timeZone: config.policies.timeZone,
        }
  const { catalogueOfTools, pinnedCatalogue } = await import('@sallyport/gateway/offline.ts')
  try {
    if (tools !== undefined) {
      const lists = await Promise.all(tools.map((named) => readTools(named, terminal)))
      return { config, settings, catalogue: catalogueOfTools(lists.flat()) }
    }
    return { config, settings, catalogue: await pinnedCatalogue(config as Config) }
  } catch (cause) {
    if (cause instanceof CommandFailure) throw cause
    const fix = 'start the gateway once, or name definitions with --tools'
    const words = cause instanceof Error ? cause.message : String(cause)
    throw new CommandFailure('noInput', words, { fix, cause })
  }
}

/** The policy files of a folder. */
export async function policiesOf(folder: string): Promise<readonly PolicyFile[]> {
  const { readPolicyFiles } = await import('@sallyport/gateway/authorize/policy-files.ts')
  const path = resolve(folder)
  const facts = await stat(path).catch((cause: unknown) => {
    throw new CommandFailure('noInput', `\`${folder}\` cannot be read`, { cause })
  })
  if (!facts.isDirectory()) {
    const fix = 'name the folder that holds the `*.cedar` files'
    throw new CommandFailure('usage', `\`${folder}\` is no folder`, { fix })
  }
  return readPolicyFiles(path)
}

/** A set ready to be asked; ends the command where it does not load. */
export async function openSet(
  name: string,
  files: readonly PolicyFile[],
  { catalogue, settings }: Surroundings,
  before?: Trial,
): Promise<Trial> {
  const { openTrial } = await import('@sallyport/gateway/authorize/trial.ts')
  const trial = await openTrial(files, catalogue, settings, before?.loaded)
  if (!('findings' in trial)) return trial
  const [first] = trial.findings
  const words =
    first === undefined ? '' : `${first.file}:${first.line}:${first.column} ${first.text}`
  throw new CommandFailure('findings', `the policies in \`${name}\` do not load: ${words}`)
}

type ToolList = { readonly target: string; readonly tools: readonly JsonObject[] }

/** Definitions by target; names of an aggregate endpoint carry theirs. */
async function readTools(named: string, terminal: Terminal): Promise<readonly ToolList[]> {
  const equals = named.indexOf('=')
  const target = equals > 0 ? named.slice(0, equals) : undefined
  const file = named.slice(equals > 0 ? equals + 1 : 0)
  const tools = objectsOf(parseObject(await readText(file, terminal), file)['tools'])
  if (target !== undefined) return [{ target, tools: tools.map((tool) => bare(tool, target)) }]
  const lists = new Map<string, JsonObject[]>()
  for (const tool of tools) {
    const name = stringOf(tool['name']) ?? ''
    const end = name.indexOf('___')
    if (end < 1) {
      const fix = 'name the target: --tools <target>=<file>'
      throw new CommandFailure('usage', `the tool \`${name}\` in \`${file}\` has no target`, {
        fix,
      })
    }
    const of = name.slice(0, end)
    const list = lists.get(of) ?? []
    list.push(bare(tool, of))
    lists.set(of, list)
  }
  return [...lists].map(([of, list]) => ({ target: of, tools: list }))
}

function bare(tool: JsonObject, target: string): JsonObject {
  const name = stringOf(tool['name']) ?? ''
  return name.startsWith(`${target}___`) ? { ...tool, name: name.slice(target.length + 3) } : tool
}
