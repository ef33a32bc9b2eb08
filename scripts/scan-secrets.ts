// Secrets in files (S-06): what has the form of a key or a token that somebody could use, in every file of a folder.
// Forms that are certain, and no guesses by entropy: a scanner that cries at every hash is switched off. A test value
// that has such a form on purpose is named by its file and the reason.
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type FoundSecret = {
  readonly file: string
  readonly line: number
  readonly form: string
}

/** What follows a private key's first line in earnest: more than one line of base64. */
const FORMS: Readonly<Record<string, RegExp>> = {
  'a private key': /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----\s{1,4}[A-Za-z0-9+/=]{40}/,
  'a private JWK': /"d"\s{0,4}:\s{0,4}"[A-Za-z0-9_-]{40,2000}"/,
  'an AWS access key': /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/,
  'a token of GitHub': /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})/,
  'a token of npm': /\bnpm_[A-Za-z0-9]{36}\b/,
  'a token of Slack': /\bxox[abeprs]-[A-Za-z0-9-]{20}/,
  'a key of Google': /\bAIza[A-Za-z0-9_-]{35}\b/,
  'a key of a model provider': /\bsk-(?:ant-|proj-)[A-Za-z0-9_-]{30}/,
  'a live key of Stripe': /\b[rs]k_live_[A-Za-z0-9]{20}/,
  'a signed token': /\beyJ[A-Za-z0-9_-]{16,4000}\.eyJ[A-Za-z0-9_-]{16,4000}\.[A-Za-z0-9_-]{40}/,
  'a URL with a password':
    /\b[a-z][a-z0-9+]{1,12}:\/\/[^\s:/@'"`$<>{}]{1,64}:[^\s:/@'"`$<>{}]{6,64}@[a-z0-9]/i,
}

const MAX_BYTES = 32 * 1024 * 1024

/** Every line of the text that has such a form. */
export function secretsIn(text: string, file: string): readonly FoundSecret[] {
  return Object.entries(FORMS).flatMap(([form, pattern]) =>
    [...text.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map(({ index }) => ({
      file,
      line: text.slice(0, index).split('\n').length,
      form,
    })),
  )
}

/** Files beneath `folder`, relative to it; links are not followed, and `skip` names folders that are left out. */
export function scanFolder(
  folder: string,
  skip: (path: string) => boolean = () => false,
): { readonly files: number; readonly found: readonly FoundSecret[] } {
  let files = 0
  const found: FoundSecret[] = []
  const look = (relative: string): void => {
    for (const name of readdirSync(join(folder, relative)).toSorted()) {
      const path = join(relative, name)
      if (skip(path)) continue
      const facts = lstatSync(join(folder, path))
      if (facts.isDirectory()) look(path)
      else if (facts.isFile() && facts.size <= MAX_BYTES) {
        files += 1
        found.push(...secretsIn(readFileSync(join(folder, path), 'latin1'), path))
      }
    }
  }
  look('')
  return { files, found }
}
