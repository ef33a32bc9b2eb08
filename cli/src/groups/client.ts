// Commands that need no gateway: a client of any MCP server.
import type { CommandGroup } from '../command.ts'

export const CLIENT: CommandGroup = {
  title: 'Client of any MCP server',
  rows: [
    {
      words: ['login'],
      summary: 'sign in to an MCP server',
      load: async () => (await import('../commands/login.ts')).login,
    },
    {
      words: ['tools'],
      summary: 'list the tools that you may call',
      load: async () => (await import('../commands/tools.ts')).tools,
    },
    {
      words: ['call'],
      summary: 'call a tool',
      load: async () => (await import('../commands/call.ts')).call,
    },
    {
      words: ['logout'],
      summary: 'revoke and forget a sign-in',
      load: async () => (await import('../commands/logout.ts')).logout,
    },
  ],
}
