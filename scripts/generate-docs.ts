// Writes the pages that are generated from the code; with --check compares them and names those that differ.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { editorSchema } from '../gateway/src/config/editor-schema.ts'
import { referencePage } from '../gateway/src/config/reference-page.ts'
import { errorsPage } from './errors-page.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

/** Path below the repository → content. */
export function generatedPages(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/errors.md', errorsPage()],
    ['docs/reference/configuration.md', referencePage()],
    ['docs/reference/sallyport.schema.json', `${JSON.stringify(editorSchema(), null, 2)}\n`],
  ])
}

/** Paths whose file is missing or differs from what the code says. */
export async function outdatedPages(): Promise<readonly string[]> {
  const outdated: string[] = []
  for (const [path, content] of generatedPages()) {
    const written = await readFile(join(root, path), 'utf8').catch(() => undefined)
    if (written !== content) outdated.push(path)
  }
  return outdated
}

async function writePages(): Promise<void> {
  for (const [path, content] of generatedPages()) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const outdated = await outdatedPages()
    for (const path of outdated)
      console.error(`${path} differs from the code: run \`npm run docs\``)
    process.exitCode = outdated.length > 0 ? 1 : 0
  } else {
    await writePages()
  }
}
