// A copy of the tree as it is, in which something may be changed and tests run: node_modules is linked entry by entry,
// and the workspaces in it point back into the copy.
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'

const PARTS = ['.ci', 'gateway', 'cli', 'sample', 'bench', 'test', 'scripts', 'docs']
const FILES = ['package.json', 'package-lock.json', '.npmrc', 'vitest.config.ts', 'tsconfig.json']
const OURS = ['.bin', '@sallyport', 'sallyport', '.vite']

/** `into` is there and empty. */
export function copyTree(into: string): void {
  for (const part of PARTS) {
    cpSync(part, join(into, part), {
      recursive: true,
      filter: (source) => !relative('.', source).includes('node_modules'),
    })
  }
  for (const file of FILES) cpSync(file, join(into, file))
  cpSync('node_modules/.bin', join(into, 'node_modules/.bin'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  for (const entry of readdirSync('node_modules')) {
    if (OURS.includes(entry)) continue
    symlinkSync(join(process.cwd(), 'node_modules', entry), join(into, 'node_modules', entry))
  }
  mkdirSync(join(into, 'node_modules/@sallyport'), { recursive: true })
  for (const name of ['gateway', 'sample', 'bench']) {
    symlinkSync(join(into, name), join(into, 'node_modules/@sallyport', name))
  }
  symlinkSync(join(into, 'cli'), join(into, 'node_modules/sallyport'))
}
