// Compiles pieces of TypeScript against the code, as if they lay where their fences say.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ROOT, type Fence } from './page.ts'

/** What the compiler says; empty where all is well. Relative imports are those of the file that the fence names. */
export function compile(fences: readonly Fence[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-docs-ts-'))
  try {
    const saved = new Map(
      fences.map(({ words }) => [
        words.get('file') ?? '',
        join(folder, 'src', words.get('file') ?? ''),
      ]),
    )
    for (const { words, text } of fences) {
      const name = words.get('file') ?? ''
      const rewritten = text.replace(/from '(\.{1,2}\/[^']+)'/g, (_import, path: string) => {
        const meant = join(dirname(name), path)
        return `from '${saved.get(meant) ?? join(ROOT, meant)}'`
      })
      mkdirSync(dirname(join(folder, 'src', name)), { recursive: true })
      writeFileSync(join(folder, 'src', name), rewritten)
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), include: [join(folder, 'src')] }),
    )
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
    return ''
  } catch (failure) {
    return String((failure as { stdout?: unknown }).stdout ?? failure)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
