// Where the running gateway keeps its state: named by an option, else by the configuration.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { loadChecked } from './load-checked.ts'
import type { Terminal } from '../terminal/terminal.ts'

export type StateFolderOptions = { readonly config: string; readonly stateFolder?: string }

export const DEFAULT_CONFIG = 'sallyport.yaml'

export function defineStateFolder(command: Command): void {
  command
    .option('--config <file>', 'configuration file', DEFAULT_CONFIG)
    .option(
      '--state-folder <folder>',
      'state folder of the gateway, instead of the one in the file',
    )
}

export async function stateFolder(
  options: StateFolderOptions,
  terminal: Terminal,
): Promise<string> {
  if (options.stateFolder !== undefined) return resolve(options.stateFolder)
  // Logs are read, and backups put back, where nothing else is there yet or any more.
  return (await loadChecked(options.config, terminal, 'not needed')).config.stateFolder
}
