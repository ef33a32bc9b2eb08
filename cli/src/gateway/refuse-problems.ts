// The end of a command for a file that is no plain YAML document, with every problem of it at once (exit code 78).
import type { Problem } from '@sallyport/gateway/config/problem.ts'
import { CommandFailure } from '../exit-codes.ts'
import { plainText } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

export async function refuseProblems(
  path: string,
  problems: readonly Problem[],
  terminal: Pick<Terminal, 'note'>,
): Promise<never> {
  const { renderProblems } = await import('@sallyport/gateway/config/render-problems.ts')
  terminal.note(`${plainText(renderProblems(problems, false))}\n`)
  throw new CommandFailure('configuration', `\`${path}\` cannot be read as it stands`, {
    fix: 'mend it; nothing was written',
  })
}
