// Reads the policy folder: every `*.cedar` in it, by name, and the cases of tests, `*.test.yaml`. An empty folder is
// a valid one and denies everything. What the text means is judged when it is loaded.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type PolicyFile = {
  /** Name inside the folder; policy ids begin with it. */
  readonly file: string
  readonly text: string
}

/** Rejects with a plain Error in words where the folder or a file cannot be read, or is not UTF-8. */
export async function readPolicyFiles(folder: string): Promise<readonly PolicyFile[]> {
  return readAll(folder, (name) => name.endsWith('.cedar'))
}

/** The files of cases beside the policies. Rejects like `readPolicyFiles`. */
export async function readCaseFiles(folder: string): Promise<readonly PolicyFile[]> {
  return readAll(folder, (name) => /\.test\.ya?ml$/.test(name))
}

async function readAll(
  folder: string,
  wanted: (name: string) => boolean,
): Promise<readonly PolicyFile[]> {
  const names = (await readdir(folder)).filter(wanted).toSorted()
  return Promise.all(
    names.map(async (file) => ({ file, text: decode(file, await readFile(join(folder, file))) })),
  )
}

function decode(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Error(`the policy file \`${file}\` is not UTF-8`, { cause })
  }
}
