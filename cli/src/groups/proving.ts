// Commands about the audit log: check it, search it, hand it on, keep it small.
import type { CommandGroup } from '../command.ts'

export const PROVING: CommandGroup = {
  title: 'Proving',
  rows: [
    {
      words: ['audit', 'verify'],
      summary: 'check that the audit log is what was written',
      load: async () => (await import('../commands/audit-verify.ts')).auditVerify,
    },
    {
      words: ['audit', 'search'],
      summary: 'find records by person, tool, time, outcome',
      load: async () => (await import('../commands/audit-search.ts')).auditSearch,
    },
    {
      words: ['audit', 'prove'],
      summary: 'write proofs that others can check without us',
      load: async () => (await import('../commands/audit-prove.ts')).auditProve,
    },
    {
      words: ['audit', 'export'],
      summary: 'write the log for other systems: JSON Lines or OCSF',
      load: async () => (await import('../commands/audit-export.ts')).auditExport,
    },
    {
      words: ['audit', 'prune'],
      summary: 'remove old records and keep what their proofs need',
      load: async () => (await import('../commands/audit-prune.ts')).auditPrune,
    },
    {
      words: ['audit', 'erase'],
      summary: 'take a person out of the log, for good',
      load: async () => (await import('../commands/audit-erase.ts')).auditErase,
    },
    {
      words: ['audit', 'signer'],
      summary: 'hold the checkpoint key and sign with it',
      load: async () => (await import('../commands/audit-signer.ts')).auditSigner,
    },
    {
      words: ['audit', 'rotate-key'],
      summary: 'replace the checkpoint key',
      load: async () => (await import('../commands/audit-rotate-key.ts')).auditRotateKey,
    },
  ],
}
