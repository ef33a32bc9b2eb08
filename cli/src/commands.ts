// Every command there is, in the order of the help. What each one is called and which file is loaded when it is used
// stands in groups/, one file per group.
import type { CommandRow } from './command.ts'
import { CLIENT } from './groups/client.ts'
import { DECIDING } from './groups/deciding.ts'
import { PROVING } from './groups/proving.ts'
import { RUNNING } from './groups/running.ts'

export const COMMANDS: readonly CommandRow[] = [CLIENT, RUNNING, DECIDING, PROVING].flatMap(
  ({ title, rows }) => rows.map((row) => ({ ...row, group: title })),
)

/** What the first word of a pair (`audit verify`) is for. */
export const FIRST_WORDS: Readonly<Record<string, string>> = {
  config: 'check, show, format, compare and migrate the configuration',
  pins: 'review what targets offer',
  policy: 'ask the policies',
  approvals: 'calls that wait for a second person',
  access: 'access for a time',
  audit: 'the audit log',
}
