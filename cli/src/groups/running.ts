// Commands of whoever runs a gateway: start, configuration, state, and what is stopped at once.
import type { CommandGroup } from '../command.ts'

export const RUNNING: CommandGroup = {
  title: 'Running',
  rows: [
    {
      words: ['serve'],
      summary: 'run the gateway',
      load: async () => (await import('../commands/serve.ts')).serve,
    },
    {
      words: ['dev'],
      summary: 'run the gateway with a sample world, for development',
      load: async () => (await import('../commands/dev.ts')).dev,
    },
    {
      words: ['config', 'check'],
      summary: 'find every problem of the configuration',
      load: async () => (await import('../commands/config-check.ts')).configCheck,
    },
    {
      words: ['config', 'show'],
      summary: 'show the configuration with its defaults, secrets redacted',
      load: async () => (await import('../commands/config-show.ts')).configShow,
    },
    {
      words: ['config', 'schema'],
      summary: 'print the JSON Schema of the configuration',
      load: async () => (await import('../commands/config-schema.ts')).configSchema,
    },
    {
      words: ['config', 'fmt'],
      summary: 'bring the configuration into one form, comments kept',
      load: async () => (await import('../commands/config-fmt.ts')).configFmt,
    },
    {
      words: ['config', 'diff'],
      summary: 'say in words what another configuration changes',
      load: async () => (await import('../commands/config-diff.ts')).configDiff,
    },
    {
      words: ['config', 'migrate'],
      summary: 'show what a file of an older version has to become',
      load: async () => (await import('../commands/config-migrate.ts')).configMigrate,
    },
    {
      words: ['import'],
      summary: 'read servers out of what you already have',
      load: async () => (await import('../commands/import.ts')).importServers,
    },
    {
      words: ['backup'],
      summary: 'copy the state folder while the gateway runs',
      load: async () => (await import('../commands/backup.ts')).backup,
    },
    {
      words: ['restore'],
      summary: 'put a backup into an empty state folder',
      load: async () => (await import('../commands/restore.ts')).restore,
    },
    {
      words: ['tail'],
      summary: 'watch decisions as they are recorded',
      load: async () => (await import('../commands/tail.ts')).tail,
    },
    {
      words: ['status'],
      summary: 'say whether the gateway is ready, and how its targets are',
      load: async () => (await import('../commands/status.ts')).status,
    },
    {
      words: ['doctor'],
      summary: 'find out what is wrong with everything that a gateway needs',
      load: async () => (await import('../commands/doctor.ts')).doctor,
    },
    {
      words: ['completion'],
      summary: 'print the script by which a shell completes this command',
      load: async () => (await import('../commands/completion.ts')).completion,
    },
    {
      words: ['revoke'],
      summary: 'end what a person, a session or a token may do',
      load: async () => (await import('../commands/revoke.ts')).revoke,
    },
    {
      words: ['disable'],
      summary: 'switch off a tool, a target, a client, a person or everything',
      load: async () => (await import('../commands/disable.ts')).disable,
    },
    {
      words: ['enable'],
      summary: 'switch on again what was disabled',
      load: async () => (await import('../commands/enable.ts')).enable,
    },
    {
      words: ['disabled'],
      summary: 'list what is switched off',
      load: async () => (await import('../commands/disabled.ts')).disabled,
    },
  ],
}
