// Opens a URL in the person's browser: http(s) only, one argument of a program, never a shell
// (attacks O-03, P-08; CVE-2025-6514).
import type { Terminal } from '../terminal/terminal.ts'

/** Resolves to whether a program was started. */
export async function openBrowser(
  url: URL,
  terminal: Pick<Terminal, 'environment' | 'platform' | 'start'>,
): Promise<boolean> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return false
  const [program, ...args] = opener(terminal)
  return terminal.start(program, [...args, url.href])
}

function opener(terminal: Pick<Terminal, 'environment' | 'platform'>): [string, ...string[]] {
  const chosen = terminal.environment['BROWSER']
  // Only a plain program: lists and templates of $BROWSER are left to xdg-open.
  if (chosen !== undefined && /^[\w./+-]+$/.test(chosen)) return [chosen]
  if (terminal.platform === 'darwin') return ['open']
  // `start` is a shell's own word and reads & and ^; this one takes the URL as it is.
  if (terminal.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return ['xdg-open']
}
