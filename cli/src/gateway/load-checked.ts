// The configuration, or the end of the command with every problem of it at once (exit code 78).
import type { Loaded } from '@sallyport/gateway/config/load.ts'
import { CommandFailure } from '../exit-codes.ts'
import { plainText } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `folders`: whether those that it names must be there. */
export async function loadChecked(
  path: string,
  terminal: Terminal,
  folders?: 'needed' | 'not needed',
): Promise<Loaded> {
  const { loadConfig } = await import('@sallyport/gateway/config/load.ts')
  const loaded = await loadConfig(path, terminal.environment, folders)
  if (!('problems' in loaded)) return loaded
  const { renderProblems } = await import('@sallyport/gateway/config/render-problems.ts')
  terminal.note(`${plainText(renderProblems(loaded.problems, false))}\n`)
  throw new CommandFailure('configuration', `\`${path}\` cannot be used`, {
    fix: 'mend it, then run `sallyport config check`',
  })
}
