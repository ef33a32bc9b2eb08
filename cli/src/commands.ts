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
  {
    words: ['serve'],
    summary: 'run the gateway',
    group: 'Running',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  {
    words: ['dev'],
    summary: 'run the gateway with a sample world, for development',
    group: 'Running',
    load: async () => (await import('./commands/dev.ts')).dev,
  },
  {
    words: ['config', 'check'],
    summary: 'find every problem of the configuration',
    group: 'Running',
    load: async () => (await import('./commands/config-check.ts')).configCheck,
  },
  {
    words: ['config', 'show'],
    summary: 'show the configuration with its defaults, secrets redacted',
    group: 'Running',
    load: async () => (await import('./commands/config-show.ts')).configShow,
  },
  {
    words: ['config', 'schema'],
    summary: 'print the JSON Schema of the configuration',
    group: 'Running',
    load: async () => (await import('./commands/config-schema.ts')).configSchema,
  },
  {
    words: ['config', 'fmt'],
    summary: 'bring the configuration into one form, comments kept',
    group: 'Running',
    load: async () => (await import('./commands/config-fmt.ts')).configFmt,
  },
  {
    words: ['config', 'diff'],
    summary: 'say in words what another configuration changes',
    group: 'Running',
    load: async () => (await import('./commands/config-diff.ts')).configDiff,
  },
  {
    words: ['config', 'migrate'],
    summary: 'show what a file of an older version has to become',
    group: 'Running',
    load: async () => (await import('./commands/config-migrate.ts')).configMigrate,
  },
  {
    words: ['import'],
    summary: 'read servers out of what you already have',
    group: 'Running',
    load: async () => (await import('./commands/import.ts')).importServers,
  },
  {
    words: ['backup'],
    summary: 'copy the state folder while the gateway runs',
    group: 'Running',
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  {
    words: ['restore'],
    summary: 'put a backup into an empty state folder',
    group: 'Running',
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  {
    words: ['tail'],
    summary: 'watch decisions as they are recorded',
    group: 'Running',
    load: async () => (await import('./commands/tail.ts')).tail,
  },
  {
    words: ['status'],
    summary: 'say whether the gateway is ready, and how its targets are',
    group: 'Running',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    words: ['doctor'],
    summary: 'find out what is wrong with everything that a gateway needs',
    group: 'Running',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    words: ['completion'],
    summary: 'print the script by which a shell completes this command',
    group: 'Running',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  {
    words: ['revoke'],
    summary: 'end what a person, a session or a token may do',
    group: 'Running',
    load: async () => (await import('./commands/revoke.ts')).revoke,
  },
  {
    words: ['disable'],
    summary: 'switch off a tool, a target, a client, a person or everything',
    group: 'Running',
    load: async () => (await import('./commands/disable.ts')).disable,
  },
  {
    words: ['enable'],
    summary: 'switch on again what was disabled',
    group: 'Running',
    load: async () => (await import('./commands/enable.ts')).enable,
  },
  {
    words: ['disabled'],
    summary: 'list what is switched off',
    group: 'Running',
    load: async () => (await import('./commands/disabled.ts')).disabled,
  },
  {
    words: ['policy', 'explain'],
    summary: 'say what would be decided, and which line says so',
    group: 'Deciding',
    load: async () => (await import('./commands/policy-explain.ts')).policyExplain,
  },
  {
    words: ['policy', 'test'],
    summary: 'run the cases that lie beside the policies',
    group: 'Deciding',
    load: async () => (await import('./commands/policy-test.ts')).policyTest,
  },
  {
    words: ['policy', 'diff'],
    summary: 'preview other policies against the calls in the audit log',
    group: 'Deciding',
    load: async () => (await import('./commands/policy-diff.ts')).policyDiff,
  },
  {
    words: ['pins', 'list'],
    summary: 'list tools by what is approved of them',
    group: 'Deciding',
    load: async () => (await import('./commands/pins-list.ts')).pinsList,
  },
  {
    words: ['pins', 'diff'],
    summary: 'show what a tool offers and nobody has approved',
    group: 'Deciding',
    load: async () => (await import('./commands/pins-diff.ts')).pinsDiff,
  },
  {
    words: ['pins', 'approve'],
    summary: 'approve a definition as it was shown',
    group: 'Deciding',
    load: async () => (await import('./commands/pins-approve.ts')).pinsApprove,
  },
  {
    words: ['policy', 'suggest'],
    summary: 'propose permits for the calls in the audit log',
    group: 'Deciding',
    load: async () => (await import('./commands/policy-suggest.ts')).policySuggest,
  },
  {
    words: ['approvals', 'list'],
    summary: 'list the calls that wait for a second person',
    group: 'Deciding',
    load: async () => (await import('./commands/approvals-list.ts')).approvalsList,
  },
  {
    words: ['approvals', 'show'],
    summary: 'show a call that waits, with its arguments',
    group: 'Deciding',
    load: async () => (await import('./commands/approvals-show.ts')).approvalsShow,
  },
  {
    words: ['approvals', 'approve'],
    summary: 'let a call through, once',
    group: 'Deciding',
    load: async () => (await import('./commands/approvals-approve.ts')).approvalsApprove,
  },
  {
    words: ['approvals', 'refuse'],
    summary: 'refuse a call that waits',
    group: 'Deciding',
    load: async () => (await import('./commands/approvals-refuse.ts')).approvalsRefuse,
  },
  {
    words: ['access', 'request'],
    summary: 'ask for access after a denial',
    group: 'Deciding',
    load: async () => (await import('./commands/access-request.ts')).requestAccess,
  },
  {
    words: ['access', 'list'],
    summary: 'list who asked for access and who has it',
    group: 'Deciding',
    load: async () => (await import('./commands/access-list.ts')).accessList,
  },
  {
    words: ['access', 'grant'],
    summary: 'grant access for a time',
    group: 'Deciding',
    load: async () => (await import('./commands/access-grant.ts')).accessGrant,
  },
  {
    words: ['access', 'end'],
    summary: 'refuse a request for access, or end a grant',
    group: 'Deciding',
    load: async () => (await import('./commands/access-end.ts')).accessEnd,
  },
  {
    words: ['policy', 'who-can'],
    summary: 'list who may use a tool, and which line says so',
    group: 'Deciding',
    load: async () => (await import('./commands/policy-who-can.ts')).policyWhoCan,
  },
  {
    words: ['policy', 'what-can'],
    summary: 'list what somebody may use, and which line says so',
    group: 'Deciding',
    load: async () => (await import('./commands/policy-what-can.ts')).policyWhatCan,
  },
  {
    words: ['why'],
    summary: 'say what happened to one request',
    group: 'Deciding',
    load: async () => (await import('./commands/why.ts')).why,
  },
  {
    words: ['audit', 'verify'],
    summary: 'check that the audit log is what was written',
    group: 'Proving',
    load: async () => (await import('./commands/audit-verify.ts')).auditVerify,
  },
  {
    words: ['audit', 'search'],
    summary: 'find records by person, tool, time, outcome',
    group: 'Proving',
    load: async () => (await import('./commands/audit-search.ts')).auditSearch,
  },
  {
    words: ['audit', 'prove'],
    summary: 'write proofs that others can check without us',
    group: 'Proving',
    load: async () => (await import('./commands/audit-prove.ts')).auditProve,
  },
  {
    words: ['audit', 'export'],
    summary: 'write the log for other systems: JSON Lines or OCSF',
    group: 'Proving',
    load: async () => (await import('./commands/audit-export.ts')).auditExport,
  },
  {
    words: ['audit', 'prune'],
    summary: 'remove old records and keep what their proofs need',
    group: 'Proving',
    load: async () => (await import('./commands/audit-prune.ts')).auditPrune,
  },
  {
    words: ['audit', 'erase'],
    summary: 'take a person out of the log, for good',
    group: 'Proving',
    load: async () => (await import('./commands/audit-erase.ts')).auditErase,
  },
  {
    words: ['audit', 'signer'],
    summary: 'hold the checkpoint key and sign with it',
    group: 'Proving',
    load: async () => (await import('./commands/audit-signer.ts')).auditSigner,
  },
  {
    words: ['audit', 'rotate-key'],
    summary: 'replace the checkpoint key',
    group: 'Proving',
    load: async () => (await import('./commands/audit-rotate-key.ts')).auditRotateKey,
  },
]

/** What the first word of a pair is for. */
export const GROUPS: Readonly<Record<string, string>> = {
  config: 'check, show, format, compare and migrate the configuration',
  pins: 'review what targets offer',
  policy: 'ask the policies',
  approvals: 'calls that wait for a second person',
  access: 'access for a time',
  audit: 'the audit log',
}
