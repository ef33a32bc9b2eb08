// Commands about what may be called: policies, pins, approvals, access, and why.
import type { CommandGroup } from '../command.ts'

export const DECIDING: CommandGroup = {
  title: 'Deciding',
  rows: [
    {
      words: ['policy', 'explain'],
      summary: 'say what would be decided, and which line says so',
      load: async () => (await import('../commands/policy-explain.ts')).policyExplain,
    },
    {
      words: ['policy', 'test'],
      summary: 'run the cases that lie beside the policies',
      load: async () => (await import('../commands/policy-test.ts')).policyTest,
    },
    {
      words: ['policy', 'diff'],
      summary: 'preview other policies against the calls in the audit log',
      load: async () => (await import('../commands/policy-diff.ts')).policyDiff,
    },
    {
      words: ['pins', 'list'],
      summary: 'list tools by what is approved of them',
      load: async () => (await import('../commands/pins-list.ts')).pinsList,
    },
    {
      words: ['pins', 'diff'],
      summary: 'show what a tool offers and nobody has approved',
      load: async () => (await import('../commands/pins-diff.ts')).pinsDiff,
    },
    {
      words: ['pins', 'approve'],
      summary: 'approve a definition as it was shown',
      load: async () => (await import('../commands/pins-approve.ts')).pinsApprove,
    },
    {
      words: ['policy', 'suggest'],
      summary: 'propose permits for the calls in the audit log',
      load: async () => (await import('../commands/policy-suggest.ts')).policySuggest,
    },
    {
      words: ['approvals', 'list'],
      summary: 'list the calls that wait for a second person',
      load: async () => (await import('../commands/approvals-list.ts')).approvalsList,
    },
    {
      words: ['approvals', 'show'],
      summary: 'show a call that waits, with its arguments',
      load: async () => (await import('../commands/approvals-show.ts')).approvalsShow,
    },
    {
      words: ['approvals', 'approve'],
      summary: 'let a call through, once',
      load: async () => (await import('../commands/approvals-approve.ts')).approvalsApprove,
    },
    {
      words: ['approvals', 'refuse'],
      summary: 'refuse a call that waits',
      load: async () => (await import('../commands/approvals-refuse.ts')).approvalsRefuse,
    },
    {
      words: ['access', 'request'],
      summary: 'ask for access after a denial',
      load: async () => (await import('../commands/access-request.ts')).requestAccess,
    },
    {
      words: ['access', 'list'],
      summary: 'list who asked for access and who has it',
      load: async () => (await import('../commands/access-list.ts')).accessList,
    },
    {
      words: ['access', 'grant'],
      summary: 'grant access for a time',
      load: async () => (await import('../commands/access-grant.ts')).accessGrant,
    },
    {
      words: ['access', 'end'],
      summary: 'refuse a request for access, or end a grant',
      load: async () => (await import('../commands/access-end.ts')).accessEnd,
    },
    {
      words: ['policy', 'who-can'],
      summary: 'list who may use a tool, and which line says so',
      load: async () => (await import('../commands/policy-who-can.ts')).policyWhoCan,
    },
    {
      words: ['policy', 'what-can'],
      summary: 'list what somebody may use, and which line says so',
      load: async () => (await import('../commands/policy-what-can.ts')).policyWhatCan,
    },
    {
      words: ['why'],
      summary: 'say what happened to one request',
      load: async () => (await import('../commands/why.ts')).why,
    },
  ],
}
