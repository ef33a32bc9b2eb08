// A word of a command that a person may paste into a shell. Scopes and addresses come from servers: what a shell
// would act on is quoted, and control characters are gone.
import { plainLine } from './plain-text.ts'

/** POSIX: within single quotes nothing is special but the single quote itself. */
export function shellWord(text: string): string {
  const plain = plainLine(text)
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", String.raw`'\''`)}'`
}
