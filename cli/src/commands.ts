// Every command on one screen: words, one line, and the file that is loaded when it is used.
import type { Command } from './command.ts'

export type CommandRow = {
  readonly words: readonly [string] | readonly [string, string]
  readonly summary: string
  readonly group: 'Client of any MCP server' | 'Running' | 'Deciding' | 'Proving'
  // The options are the command's own; run.ts hands on what commander parsed by the command's definition.
  readonly load: () => Promise<Command<never>>
}

export const COMMANDS: readonly CommandRow[] = [
  {
    words: ['login'],
    summary: 'sign in to an MCP server',
    group: 'Client of any MCP server',
    load: async () => (await import('./commands/login.ts')).login,
  },
  {
    words: ['tools'],
    summary: 'list the tools that you may call',
    group: 'Client of any MCP server',
    load: async () => (await import('./commands/tools.ts')).tools,
  },
  {
    words: ['call'],
    summary: 'call a tool',
    group: 'Client of any MCP server',
    load: async () => (await import('./commands/call.ts')).call,
  },
  {
    words: ['logout'],
    summary: 'revoke and forget a sign-in',
    group: 'Client of any MCP server',
    load: async () => (await import('./commands/logout.ts')).logout,
  },
]

/** What the first word of a pair is for. */
export const GROUPS: Readonly<Record<string, string>> = {
  config: 'check, show and describe the configuration',
  policy: 'ask the policies',
  audit: 'the audit log',
}
